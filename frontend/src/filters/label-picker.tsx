/** Choose a label to filter by: a speaker's label, then one of its values; flags need no value. */
import { useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { ATTACK_LABELS, describeLabel, FLAG_LABELS, labelText, WORD_LABELS, words } from '../lib/labels'
import { usePropertyValues } from '../query/definitions'
import { Picker } from '../ui/picker'
import type { PickerOption } from '../ui/picker'

interface Props {
    projectId: string
    /** Called with `user_emotion:anger`, or `user_toxic` for a flag. */
    onPick: (filter: string) => void
}

const NAMES: PickerOption[] = [
    ...WORD_LABELS.map((name) => ({ value: name, label: describeLabel(name).title, group: 'Labels with values' })),
    ...withoutValues(FLAG_LABELS, 'Toxicity'),
    ...withoutValues(ATTACK_LABELS, 'Attacks and leaks'),
]

function withoutValues(names: string[], group: string): PickerOption[] {
    return names.map((name) => ({
        value: name,
        label: `${describeLabel(name).speaker === 'user' ? 'User' : 'Assistant'}: ${labelText(name, 1)}`,
        group,
    }))
}

function ValuePicker({
    projectId,
    name,
    onPick,
    onClose,
}: Props & { name: string; onClose: () => void }): ReactElement {
    const values = usePropertyValues(projectId, 'event', name)
    const options = (values.data ?? []).map((value) => ({ value, label: words(value) }))
    return (
        <Picker
            label={`Value of ${describeLabel(name).title}`}
            value={null}
            placeholder="choose a value"
            prefix={`${describeLabel(name).title} is`}
            options={options}
            loading={values.isPending}
            startsOpen
            onClose={onClose}
            emptyText={values.isError ? 'The values could not be loaded' : 'No message has this label yet'}
            onChange={(value) => {
                onPick(`${name}:${value}`)
            }}
        />
    )
}

export function LabelPicker({ projectId, onPick }: Props): ReactElement {
    const [name, setName] = useState<string | null>(null)
    const box = useRef<HTMLSpanElement>(null)
    return (
        <span ref={box} style={{ display: 'contents' }}>
            <Picker
                label="Add a label filter"
                value={null}
                placeholder="Label"
                icon="filter"
                options={NAMES}
                onChange={(chosen) => {
                    if (FLAG_LABELS.includes(chosen) || ATTACK_LABELS.includes(chosen)) {
                        onPick(chosen)
                        setName(null)
                    } else {
                        setName(chosen)
                    }
                }}
            />
            {name && (
                <ValuePicker
                    projectId={projectId}
                    name={name}
                    onPick={onPick}
                    onClose={() => {
                        setName(null)
                        box.current?.querySelector('button')?.focus()
                    }}
                />
            )}
        </span>
    )
}

import { useState } from 'react'
import type { ReactElement } from 'react'

import { ATTACK_LABELS, describeLabel, FLAG_LABELS, WORD_LABELS } from '../lib/labels'
import { useDebounced } from '../lib/use-debounced'
import { usePropertyNames } from '../query/definitions'
import { matching, Picker } from '../ui/picker'
import type { PickerOption } from '../ui/picker'

export interface PropertyRef {
    type: 'event' | 'person'
    key: string
}

interface Props {
    projectId: string
    label: string
    placeholder: string
    value: PropertyRef | null
    withNone?: boolean
    onChange: (property: PropertyRef | null) => void
}

const NONE = 'none:'

const LABELS: readonly string[] = [...WORD_LABELS, ...FLAG_LABELS, ...ATTACK_LABELS]

const LABEL_OPTIONS: PickerOption[] = LABELS.map((name) => ({
    value: `event:${name}`,
    label: describeLabel(name).title,
    group: 'Labels',
}))

function read(value: string): PropertyRef | null {
    if (value === NONE) {
        return null
    }
    const at = value.indexOf(':')
    return { type: value.slice(0, at) === 'person' ? 'person' : 'event', key: value.slice(at + 1) }
}

/** Labels first, then properties of events, then of people; the server searches the latter two. */
export function PropertyPicker({ projectId, label, placeholder, value, withNone, onChange }: Props): ReactElement {
    const [search, setSearch] = useState('')
    const settled = useDebounced(search)
    const event = usePropertyNames(projectId, 'event', settled)
    const person = usePropertyNames(projectId, 'person', settled)
    const options: PickerOption[] = [
        ...(withNone && !search ? [{ value: NONE, label: 'No breakdown' }] : []),
        ...matching(LABEL_OPTIONS, search),
        ...(event.data ?? [])
            .filter(({ name }) => !LABELS.includes(name))
            .map(({ name }) => ({ value: `event:${name}`, label: name, group: 'Event properties' })),
        ...(person.data ?? []).map(({ name }) => ({
            value: `person:${name}`,
            label: name,
            group: 'Person properties',
        })),
    ]
    const shown = value && (LABELS.includes(value.key) ? describeLabel(value.key).title : value.key)
    return (
        <Picker
            label={label}
            value={value ? `${value.type}:${value.key}` : null}
            text={shown ?? undefined}
            placeholder={placeholder}
            options={options}
            loading={event.isPending || person.isPending}
            onSearch={setSearch}
            onChange={(chosen) => {
                onChange(read(chosen))
            }}
        />
    )
}

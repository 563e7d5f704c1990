import { useState } from 'react'
import type { ReactElement } from 'react'

import { words } from '../lib/labels'
import { usePropertyValues } from '../query/definitions'
import { isComplete, needsValue } from '../query/trends-query'
import type { PropertyFilter } from '../query/types'
import { Button, Popover, Select, TextInput } from '../ui/controls'
import { Icon } from '../ui/icons'
import { Picker } from '../ui/picker'
import styles from './filters.module.css'
import { describeFilter, OPERATORS } from './operators'
import { PropertyPicker } from './property-picker'

interface EditorProps {
    projectId: string
    value: PropertyFilter
    onChange: (filter: PropertyFilter) => void
    /** While a value is being typed. */
    onType: (filter: PropertyFilter) => void
    onDone: () => void
}

const FREE_TEXT = new Set(['icontains', 'not_icontains', 'regex', 'gt', 'lt'])

function scalar(value: PropertyFilter['value']): string {
    return Array.isArray(value) ? (value[0] ?? '') : String(value ?? '')
}

function ValueInput({ projectId, value, onChange, onType }: Omit<EditorProps, 'onDone'>): ReactElement {
    const values = usePropertyValues(projectId, value.type, value.key)
    if (FREE_TEXT.has(value.operator)) {
        return (
            <TextInput
                aria-label="Value"
                placeholder="Value"
                value={scalar(value.value)}
                onChange={(event) => {
                    onType({ ...value, value: event.currentTarget.value })
                }}
            />
        )
    }
    return (
        <Picker
            label="Value"
            value={scalar(value.value) || null}
            placeholder="Choose a value"
            creatable
            options={(values.data ?? []).map((text) => ({ value: text, label: words(text) }))}
            loading={values.isPending}
            onChange={(chosen) => {
                onChange({ ...value, value: [chosen] })
            }}
        />
    )
}

function Editor({ projectId, value, onChange, onType, onDone }: EditorProps): ReactElement {
    return (
        <form
            className={styles.editor}
            onSubmit={(event) => {
                event.preventDefault()
                onDone()
            }}
        >
            <PropertyPicker
                projectId={projectId}
                label="Property"
                placeholder="Choose a property"
                value={value.key ? value : null}
                onChange={(property) => {
                    if (property) {
                        onChange({ ...property, operator: value.operator, value: null })
                    }
                }}
            />
            <Select
                aria-label="Operator"
                data={OPERATORS}
                value={value.operator}
                allowDeselect={false}
                onChange={(operator) => {
                    onChange({ ...value, operator: operator ?? 'exact' })
                }}
            />
            {value.key && needsValue(value.operator) && (
                <ValueInput projectId={projectId} value={value} onChange={onChange} onType={onType} />
            )}
            <Button type="submit">Done</Button>
        </form>
    )
}

interface ChipProps {
    projectId: string
    value: PropertyFilter
    startsOpen: boolean
    onChange: (filter: PropertyFilter) => void
    onRemove: () => void
}

/** A filter becomes part of the query when it is complete: what is half made or being typed stays in the draft. */
function PropertyChip({ projectId, value, startsOpen, onChange, onRemove }: ChipProps): ReactElement {
    const [draft, setDraft] = useState(startsOpen ? value : null)
    const shown = draft ?? value
    const text = shown.key ? describeFilter(shown) : 'New filter'
    const change = (next: PropertyFilter): void => {
        setDraft(next)
        if (isComplete(next)) {
            onChange(next)
        }
    }
    const close = (): void => {
        setDraft(null)
        if (isComplete(shown)) {
            onChange(shown)
        } else if (!value.key) {
            onRemove()
        }
    }
    return (
        <span className={styles.chip}>
            <Popover
                opened={draft !== null}
                onChange={(opened) => {
                    if (!opened) {
                        close()
                    }
                }}
                position="bottom-start"
                trapFocus
                returnFocus
            >
                <Popover.Target>
                    <button
                        type="button"
                        className={styles.chipText}
                        aria-label={`Edit filter: ${text}`}
                        onClick={() => {
                            if (draft) {
                                close()
                            } else {
                                setDraft(value)
                            }
                        }}
                    >
                        {text}
                    </button>
                </Popover.Target>
                <Popover.Dropdown p={0} aria-label="Filter">
                    <Editor projectId={projectId} value={shown} onChange={change} onType={setDraft} onDone={close} />
                </Popover.Dropdown>
            </Popover>
            <button type="button" className={styles.chipClose} aria-label={`Remove filter: ${text}`} onClick={onRemove}>
                <Icon name="close" size={14} />
            </button>
        </span>
    )
}

interface Props {
    projectId: string
    value: readonly PropertyFilter[]
    onChange: (filters: PropertyFilter[]) => void
}

const EMPTY: PropertyFilter = { type: 'event', key: '', operator: 'exact', value: null }

/** A new filter stays here until it is complete. */
export function PropertyFilters({ projectId, value, onChange }: Props): ReactElement {
    const [draftAt, setDraftAt] = useState<number | null>(null)
    const items = draftAt === value.length ? [...value, EMPTY] : value
    return (
        <div className={styles.bar}>
            {items.map((filter, index) => (
                <PropertyChip
                    key={index}
                    projectId={projectId}
                    value={filter}
                    startsOpen={filter.key === ''}
                    onChange={(changed) => {
                        onChange(index < value.length ? value.with(index, changed) : [...value, changed])
                    }}
                    onRemove={() => {
                        setDraftAt(null)
                        if (index < value.length) {
                            onChange(value.toSpliced(index, 1))
                        }
                    }}
                />
            ))}
            <Button
                variant="subtle"
                size="compact-sm"
                leftSection={<Icon name="plus" size={15} />}
                onClick={() => {
                    setDraftAt(value.length)
                }}
            >
                Add filter
            </Button>
        </div>
    )
}

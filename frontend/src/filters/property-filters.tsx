import { useState } from 'react'
import type { ReactElement } from 'react'

import { words } from '../lib/labels'
import { usePropertyValues } from '../query/definitions'
import { needsValue } from '../query/trends-query'
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
    onDone: () => void
}

const FREE_TEXT = new Set(['icontains', 'not_icontains', 'regex', 'gt', 'lt'])

function scalar(value: PropertyFilter['value']): string {
    return Array.isArray(value) ? (value[0] ?? '') : String(value ?? '')
}

function ValueInput({ projectId, value, onChange }: Omit<EditorProps, 'onDone'>): ReactElement {
    const values = usePropertyValues(projectId, value.type, value.key)
    if (FREE_TEXT.has(value.operator)) {
        return (
            <TextInput
                aria-label="Value"
                placeholder="Value"
                size="xs"
                value={scalar(value.value)}
                onChange={(event) => {
                    onChange({ ...value, value: event.currentTarget.value })
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
            options={(values.data ?? []).map(({ name }) => ({ value: name, label: words(name) }))}
            loading={values.isPending}
            onChange={(chosen) => {
                onChange({ ...value, value: [chosen] })
            }}
        />
    )
}

function Editor({ projectId, value, onChange, onDone }: EditorProps): ReactElement {
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
                size="xs"
                data={OPERATORS}
                value={value.operator}
                allowDeselect={false}
                onChange={(operator) => {
                    onChange({ ...value, operator: operator ?? 'exact' })
                }}
            />
            {value.key && needsValue(value.operator) && (
                <ValueInput projectId={projectId} value={value} onChange={onChange} />
            )}
            <Button type="submit" size="xs">
                Done
            </Button>
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

function PropertyChip({ projectId, value, startsOpen, onChange, onRemove }: ChipProps): ReactElement {
    const [opened, setOpened] = useState(startsOpen)
    const text = value.key ? describeFilter(value) : 'New filter'
    return (
        <span className={styles.chip}>
            <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
                <Popover.Target>
                    <button
                        type="button"
                        className={styles.chipText}
                        aria-label={`Edit filter: ${text}`}
                        onClick={() => {
                            setOpened(!opened)
                        }}
                    >
                        {text}
                    </button>
                </Popover.Target>
                <Popover.Dropdown p={0} aria-label="Filter">
                    <Editor
                        projectId={projectId}
                        value={value}
                        onChange={onChange}
                        onDone={() => {
                            setOpened(false)
                        }}
                    />
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

/** A new filter stays here until it has a property; only then it becomes part of the query. */
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

import { useEffect, useEffectEvent, useState } from 'react'
import type { ReactElement } from 'react'

import { FilterChip } from '../../filters/chip'
import { DateRangePicker } from '../../filters/date-range-picker'
import { LabelPicker } from '../../filters/label-picker'
import { describeLabel, labelText, parseLabelFilter, words } from '../../lib/labels'
import { Button, TextInput } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import styles from './conversations.module.css'
import { hasFilters } from './search'
import type { ConversationSearch } from './search'

interface Props {
    projectId: string
    search: ConversationSearch
    onChange: (change: Partial<ConversationSearch>) => void
    onClear: () => void
}

interface TextProps {
    className: string | undefined
    label: string
    placeholder: string
    icon: 'search' | 'user'
    value: string
    onSettled: (text: string) => void
}

const SETTLE_MS = 350

/** Typing settles before it becomes a filter; a filter that changes elsewhere shows here. */
function SettlingInput({ className, label, placeholder, icon, value, onSettled }: TextProps): ReactElement {
    const [typed, setTyped] = useState(value)
    const [seen, setSeen] = useState(value)
    /** What has become a filter here and has not come back as the value yet; typing may have gone on since. */
    const [sent, setSent] = useState<readonly string[]>([])
    if (seen !== value) {
        setSeen(value)
        const at = sent.indexOf(value)
        setSent(at < 0 ? [] : sent.slice(at + 1))
        if (at < 0) {
            setTyped(value)
        }
    }
    const settle = useEffectEvent((text: string) => {
        if (text !== (sent.at(-1) ?? value)) {
            setSent([...sent, text])
            onSettled(text)
        }
    })
    useEffect(() => {
        const timer = setTimeout(() => {
            settle(typed)
        }, SETTLE_MS)
        return () => {
            clearTimeout(timer)
        }
    }, [typed])
    return (
        <TextInput
            className={className}
            type="search"
            size="sm"
            aria-label={label}
            placeholder={placeholder}
            leftSection={<Icon name={icon} size={16} />}
            value={typed}
            onChange={(event) => {
                setTyped(event.currentTarget.value)
            }}
        />
    )
}

function labelFilterText(filter: string): string {
    const { name, value } = parseLabelFilter(filter)
    const { speaker } = describeLabel(name)
    return value === null
        ? `${speaker === 'agent' ? 'Assistant' : 'User'} ${labelText(name, 1)}`
        : `${describeLabel(name).title}: ${words(value)}`
}

function Chips({ search, onChange }: Pick<Props, 'search' | 'onChange'>): ReactElement | null {
    const labels = search.label ?? []
    if (labels.length === 0) {
        return null
    }
    return (
        <div className={styles.chips}>
            {labels.map((filter) => (
                <FilterChip
                    key={filter}
                    removeLabel={`Remove filter ${labelFilterText(filter)}`}
                    onRemove={() => {
                        const left = labels.filter((other) => other !== filter)
                        onChange({ label: left.length ? left : undefined })
                    }}
                >
                    {labelFilterText(filter)}
                </FilterChip>
            ))}
        </div>
    )
}

export function FilterBar({ projectId, search, onChange, onClear }: Props): ReactElement {
    return (
        <search aria-label="Filters">
            <div className={styles.bar}>
                <SettlingInput
                    className={styles.search}
                    label="Search in messages"
                    placeholder="Search in messages"
                    icon="search"
                    value={search.search ?? ''}
                    onSettled={(text) => {
                        onChange({ search: text || undefined })
                    }}
                />
                <SettlingInput
                    className={styles.person}
                    label="Person: distinct id"
                    placeholder="Person (distinct id)"
                    icon="user"
                    value={search.person ?? ''}
                    onSettled={(text) => {
                        onChange({ person: text || undefined })
                    }}
                />
                <LabelPicker
                    projectId={projectId}
                    onPick={(filter) => {
                        onChange({ label: [...new Set([...(search.label ?? []), filter])] })
                    }}
                />
                <DateRangePicker
                    withAnyTime
                    value={{ from: search.from ?? null, to: search.to ?? null }}
                    onChange={({ from, to }) => {
                        onChange({ from: from ?? undefined, to: to ?? undefined })
                    }}
                />
                {hasFilters(search) && (
                    <Button variant="subtle" size="compact-sm" aria-label="Clear all filters" onClick={onClear}>
                        Clear
                    </Button>
                )}
            </div>
            <Chips search={search} onChange={onChange} />
        </search>
    )
}

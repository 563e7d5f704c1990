import { useState } from 'react'
import type { ReactElement } from 'react'

import { PropertyFilters } from '../../filters/property-filters'
import { useDebounced } from '../../lib/use-debounced'
import { useEventNames } from '../../query/definitions'
import { MAX_SERIES } from '../../query/trends-query'
import type { SeriesMath, SeriesNode } from '../../query/types'
import { ActionIcon, Button, Tooltip } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import { Picker } from '../../ui/picker'
import styles from './insight.module.css'

const ALL = ':all'

const MATH_OPTIONS: { value: SeriesMath; label: string }[] = [
    { value: 'total', label: 'Total count' },
    { value: 'dau', label: 'Unique people' },
]

interface RowProps {
    projectId: string
    letter: string
    node: SeriesNode
    onChange: (node: SeriesNode) => void
    onRemove: (() => void) | null
}

function EventPicker({ projectId, letter, node, onChange }: Omit<RowProps, 'onRemove'>): ReactElement {
    const [search, setSearch] = useState('')
    const names = useEventNames(projectId, useDebounced(search))
    const options = [
        ...(search ? [] : [{ value: ALL, label: 'All events' }]),
        ...(names.data ?? []).map(({ name }) => ({ value: name, label: name })),
    ]
    return (
        <Picker
            label={`Event of series ${letter}`}
            value={node.event ?? ALL}
            text={node.event ?? 'All events'}
            placeholder="Choose an event"
            options={options}
            loading={names.isPending}
            onSearch={setSearch}
            onChange={(chosen) => {
                onChange({ ...node, event: chosen === ALL ? null : chosen })
            }}
        />
    )
}

function SeriesRow({ projectId, letter, node, onChange, onRemove }: RowProps): ReactElement {
    return (
        <div className={styles.series} role="group" aria-label={`Series ${letter}`}>
            <span className={styles.letter} aria-hidden="true">
                {letter}
            </span>
            <EventPicker projectId={projectId} letter={letter} node={node} onChange={onChange} />
            <Picker
                label={`Count of series ${letter}`}
                value={node.math}
                placeholder="Count"
                options={MATH_OPTIONS}
                onChange={(math) => {
                    onChange({ ...node, math: math as SeriesMath })
                }}
            />
            {onRemove && (
                <Tooltip label="Remove series">
                    <ActionIcon variant="subtle" color="gray" aria-label={`Remove series ${letter}`} onClick={onRemove}>
                        <Icon name="close" size={16} />
                    </ActionIcon>
                </Tooltip>
            )}
            <div className={styles.seriesFilters}>
                <PropertyFilters
                    projectId={projectId}
                    value={node.properties ?? []}
                    onChange={(properties) => {
                        onChange({ ...node, properties })
                    }}
                />
            </div>
        </div>
    )
}

interface Props {
    projectId: string
    series: readonly SeriesNode[]
    onChange: (series: SeriesNode[]) => void
}

export function SeriesEditor({ projectId, series, onChange }: Props): ReactElement {
    return (
        <div className={styles.group}>
            <h2>Series</h2>
            {series.map((node, index) => (
                <SeriesRow
                    key={index}
                    projectId={projectId}
                    letter={String.fromCharCode(65 + index)}
                    node={node}
                    onChange={(changed) => {
                        onChange(series.with(index, changed))
                    }}
                    onRemove={
                        series.length > 1
                            ? () => {
                                  onChange(series.toSpliced(index, 1))
                              }
                            : null
                    }
                />
            ))}
            {series.length < MAX_SERIES && (
                <div>
                    <Button
                        variant="subtle"
                        size="compact-sm"
                        leftSection={<Icon name="plus" size={15} />}
                        onClick={() => {
                            onChange([...series, { kind: 'EventsNode', event: null, math: 'total' }])
                        }}
                    >
                        Add series
                    </Button>
                </div>
            )}
        </div>
    )
}

import type { ReactElement } from 'react'

import { DateRangePicker } from '../../filters/date-range-picker'
import { PropertyFilters } from '../../filters/property-filters'
import { PropertyPicker } from '../../filters/property-picker'
import { DISPLAYS, INTERVALS } from '../../query/trends-query'
import type { Display, Interval, TrendsQuery } from '../../query/types'
import { SegmentedControl } from '../../ui/controls'
import { Icon } from '../../ui/icons'
import type { IconName } from '../../ui/icons'
import { Picker } from '../../ui/picker'
import styles from './insight.module.css'
import { SeriesEditor } from './series-editor'

interface Props {
    projectId: string
    query: TrendsQuery
    onChange: (change: Partial<TrendsQuery>) => void
}

export function QueryEditor({ projectId, query, onChange }: Props): ReactElement {
    const { breakdownFilter } = query
    return (
        <div className={styles.editor}>
            <SeriesEditor
                projectId={projectId}
                series={query.series}
                onChange={(series) => {
                    onChange({ series })
                }}
            />
            <div className={styles.group}>
                <h2>Filters</h2>
                <PropertyFilters
                    projectId={projectId}
                    value={query.properties}
                    onChange={(properties) => {
                        onChange({ properties })
                    }}
                />
                <h2>Breakdown</h2>
                <div>
                    <PropertyPicker
                        projectId={projectId}
                        label="Breakdown"
                        placeholder="No breakdown"
                        withNone
                        value={
                            breakdownFilter && { type: breakdownFilter.breakdown_type, key: breakdownFilter.breakdown }
                        }
                        onChange={(property) => {
                            onChange({
                                breakdownFilter: property && { breakdown: property.key, breakdown_type: property.type },
                            })
                        }}
                    />
                </div>
            </div>
        </div>
    )
}

const DISPLAY_NAMES: Record<Display, { label: string; icon: IconName }> = {
    ActionsLineGraph: { label: 'Lines', icon: 'trend' },
    ActionsAreaGraph: { label: 'Areas', icon: 'area' },
    ActionsBar: { label: 'Bars', icon: 'bars' },
}

const INTERVAL_OPTIONS = INTERVALS.map((value) => ({ value, label: value }))

export function ChartToolbar({ query, onChange }: Omit<Props, 'projectId'>): ReactElement {
    const { date_from, date_to } = query.dateRange
    return (
        <div className={styles.toolbar}>
            <DateRangePicker
                value={{ from: date_from, to: date_to }}
                onChange={({ from, to }) => {
                    onChange({ dateRange: { date_from: from, date_to: to } })
                }}
            />
            <Picker
                label="Interval"
                prefix="by"
                value={query.interval}
                placeholder="day"
                options={INTERVAL_OPTIONS}
                onChange={(interval) => {
                    onChange({ interval: interval as Interval })
                }}
            />
            <span className={styles.spread} />
            <SegmentedControl
                size="xs"
                aria-label="Chart type"
                value={query.trendsFilter.display}
                data={DISPLAYS.map((value) => ({
                    value,
                    label: (
                        <span className={styles.iconLabel}>
                            <Icon name={DISPLAY_NAMES[value].icon} size={15} />
                            {DISPLAY_NAMES[value].label}
                        </span>
                    ),
                }))}
                onChange={(display) => {
                    onChange({ trendsFilter: { display: display } })
                }}
            />
        </div>
    )
}

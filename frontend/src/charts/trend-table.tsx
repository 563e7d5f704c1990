/** Every value of the chart; each number that is not zero is a button to what lies behind it. */
import { useLayoutEffect, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { formatNumber } from '../lib/format'
import type { InsightPoint } from '../query/types'
import { Button, useComputedColorScheme } from '../ui/controls'
import styles from './charts.module.css'
import { SeriesMark } from './mark'
import { pointAt } from './prepare'
import type { ChartData, ChartSeries } from './prepare'

const MAX_BUCKETS = 120

interface Props {
    data: ChartData
    selected: InsightPoint | null
    onPoint: (point: InsightPoint) => void
}

interface CellProps extends Props {
    series: ChartSeries
    index: number
    bucket: number
}

function Cell({ data, series, index, bucket, selected, onPoint }: CellProps): ReactElement {
    const value = series.data[bucket] ?? 0
    const point = pointAt(data, index, bucket)
    if (value === 0 || !point) {
        return <span className={styles.zero}>{formatNumber(value)}</span>
    }
    const pressed = JSON.stringify(selected) === JSON.stringify(point)
    return (
        <button
            type="button"
            className={styles.cell}
            aria-pressed={pressed}
            aria-label={`${series.name}, ${data.titles[bucket] ?? ''}: ${formatNumber(value)}. Show the conversations behind it`}
            onClick={() => {
                onPoint(point)
            }}
        >
            {formatNumber(value)}
        </button>
    )
}

function SeriesRow(props: Props & { series: ChartSeries; index: number; from: number }): ReactElement {
    const { data, series, from } = props
    const scheme = useComputedColorScheme('light')
    return (
        <tr>
            <th scope="row" className={styles.name} title={series.name}>
                <span className={styles.nameText}>
                    <SeriesMark look={series.look} scheme={scheme} />
                    <span>{series.name}</span>
                </span>
            </th>
            {data.ids.slice(from).map((id, offset) => (
                <td key={id}>
                    <Cell {...props} bucket={from + offset} />
                </td>
            ))}
            <td className={styles.total}>{formatNumber(series.total)}</td>
        </tr>
    )
}

export function TrendTable(props: Props): ReactElement {
    const { data } = props
    const [all, setAll] = useState(false)
    const scroll = useRef<HTMLDivElement>(null)
    const from = all ? 0 : Math.max(0, data.days.length - MAX_BUCKETS)
    useLayoutEffect(() => {
        scroll.current?.scrollTo({ left: scroll.current.scrollWidth })
    }, [data.days])
    return (
        <>
            {from > 0 && (
                <p className={styles.more}>
                    The latest {MAX_BUCKETS} of {data.days.length} columns.{' '}
                    <Button
                        variant="subtle"
                        size="compact-xs"
                        onClick={() => {
                            setAll(true)
                        }}
                    >
                        Show all
                    </Button>
                </p>
            )}
            <div ref={scroll} className={styles.scroll} role="group" aria-label="Values of the chart">
                <table className={styles.table}>
                    <thead>
                        <tr>
                            <th scope="col" className={styles.name}>
                                Series
                            </th>
                            {data.ids.slice(from).map((id, offset) => (
                                <th key={id} scope="col" title={data.titles[from + offset]}>
                                    {data.axis[from + offset]}
                                </th>
                            ))}
                            <th scope="col" className={styles.total}>
                                Total
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {data.series.map((series, index) => (
                            <SeriesRow key={series.key} {...props} series={series} index={index} from={from} />
                        ))}
                    </tbody>
                </table>
            </div>
        </>
    )
}

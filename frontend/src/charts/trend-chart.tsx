import { lazy, Suspense } from 'react'
import type { CSSProperties, ReactElement } from 'react'

import type { Display, InsightPoint } from '../query/types'
import { Skeleton, useComputedColorScheme, useMediaQuery } from '../ui/controls'
import styles from './charts.module.css'
import { SeriesMark } from './mark'
import { summarize } from './prepare'
import type { ChartData } from './prepare'

const EchartsView = lazy(() => import('./echarts-view'))

interface Props {
    data: ChartData
    display: Display
    height?: number
    /** A small chart for an overview: lines without marks. */
    compact?: boolean
    onPoint?: (point: InsightPoint) => void
}

const MAX_LEGEND = 12

function Legend({ data }: { data: ChartData }): ReactElement | null {
    const scheme = useComputedColorScheme('light')
    if (data.series.length < 2) {
        return null
    }
    const shown = data.series.filter(({ look }) => look < MAX_LEGEND)
    return (
        <div className={styles.legend} aria-hidden="true">
            {shown.map((series) => (
                <span key={series.key} className={styles.legendItem}>
                    <SeriesMark look={series.look} scheme={scheme} />
                    <span>{series.name}</span>
                </span>
            ))}
            {data.series.length > shown.length && <span>and {data.series.length - shown.length} more</span>}
        </div>
    )
}

export function TrendChart({ data, display, height = 340, compact = false, onPoint }: Props): ReactElement {
    const scheme = useComputedColorScheme('light')
    const reducedMotion = useMediaQuery('(prefers-reduced-motion: reduce)')
    return (
        <figure aria-label={summarize(data)}>
            <div
                className={styles.frame}
                style={{ '--chart-height': `${height}px` } as CSSProperties}
                aria-hidden="true"
            >
                <Suspense fallback={<Skeleton height="100%" radius="md" />}>
                    <EchartsView
                        data={data}
                        display={display}
                        scheme={scheme}
                        reducedMotion={reducedMotion}
                        compact={compact}
                        onPoint={onPoint}
                    />
                </Suspense>
            </div>
            <Legend data={data} />
        </figure>
    )
}

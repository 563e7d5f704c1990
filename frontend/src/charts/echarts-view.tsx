/** The drawing itself. Loaded on demand, because the chart library is the heaviest part of the product. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useEffectEvent, useRef } from 'react'
import type { ReactElement } from 'react'

import type { Display, InsightPoint } from '../query/types'
import styles from './charts.module.css'
import { chartOption, isStacked } from './options'
import type { Scheme } from './palette'
import { nearestSeries, pointAt } from './prepare'
import type { ChartData } from './prepare'

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer])

export interface ChartViewProps {
    data: ChartData
    display: Display
    scheme: Scheme
    reducedMotion: boolean
    compact: boolean
    onPoint?: (point: InsightPoint) => void
}

/** Anywhere in the plot counts as a click on the nearest point, so that nobody has to hit a dot of six pixels. */
function pointUnder(
    chart: echarts.ECharts,
    data: ChartData,
    display: Display,
    x: number,
    y: number,
): InsightPoint | null {
    if (!chart.containPixel({ gridIndex: 0 }, [x, y])) {
        return null
    }
    const [bucket = 0, height = 0] = chart.convertFromPixel({ gridIndex: 0 }, [x, y])
    const at = Math.max(0, Math.min(data.days.length - 1, Math.round(bucket)))
    return pointAt(data, nearestSeries(data, at, height, isStacked(display)), at)
}

export default function EchartsView({
    data,
    display,
    scheme,
    reducedMotion,
    compact,
    onPoint,
}: ChartViewProps): ReactElement {
    const box = useRef<HTMLDivElement>(null)
    const chart = useRef<echarts.ECharts | null>(null)
    const handleClick = useEffectEvent((x: number, y: number) => {
        const point = chart.current && pointUnder(chart.current, data, display, x, y)
        if (point) {
            onPoint?.(point)
        }
    })
    useEffect(() => {
        const node = box.current
        if (!node) {
            return
        }
        const made = echarts.init(node, null, { renderer: 'svg' })
        chart.current = made
        made.getZr().on('click', ({ offsetX, offsetY }) => {
            handleClick(offsetX, offsetY)
        })
        const observer = new ResizeObserver(() => {
            made.resize()
        })
        observer.observe(node)
        return () => {
            observer.disconnect()
            made.dispose()
            chart.current = null
        }
    }, [])
    useEffect(() => {
        const tooltipClass = styles.tooltip ?? ''
        chart.current?.setOption(chartOption({ data, display, scheme, compact, reducedMotion, tooltipClass }), true)
    }, [data, display, scheme, compact, reducedMotion])
    return <div ref={box} className={styles.canvas} data-clickable={onPoint !== undefined} />
}

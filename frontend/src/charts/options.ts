/** ECharts options from prepared data. No texts of users reach the page as markup: the tooltip is built from nodes. */
import type { LineSeriesOption, BarSeriesOption } from 'echarts/charts'
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

import { formatCompact, formatNumber } from '../lib/format'
import type { Display } from '../query/types'
import { colorOf, inksOf, symbolOf } from './palette'
import type { Scheme } from './palette'
import type { ChartData, ChartSeries } from './prepare'

export type ChartOption = ComposeOption<
    LineSeriesOption | BarSeriesOption | GridComponentOption | TooltipComponentOption
>

export interface DrawInput {
    data: ChartData
    display: Display
    scheme: Scheme
    compact: boolean
    reducedMotion: boolean
    tooltipClass: string
}

const MAX_TOOLTIP_ROWS = 12

export function isStacked(display: Display): boolean {
    return display !== 'ActionsLineGraph'
}

function element(tag: string, className: string, text?: string): HTMLElement {
    const node = document.createElement(tag)
    node.className = className
    if (text !== undefined) {
        node.textContent = text
    }
    return node
}

function tooltipRow(series: ChartSeries, bucket: number, scheme: Scheme): HTMLElement {
    const row = element('div', 'tooltip-row')
    const swatch = element('span', 'tooltip-swatch')
    swatch.style.background = colorOf(series.look, scheme)
    row.append(
        swatch,
        element('span', 'tooltip-name', series.name),
        element('span', 'tooltip-value', formatNumber(series.data[bucket] ?? 0)),
    )
    return row
}

export function tooltipNode(data: ChartData, bucket: number, scheme: Scheme): HTMLElement {
    const box = element('div', 'tooltip-box')
    const unfinished = data.unfinished === bucket ? ' (so far)' : ''
    box.append(element('div', 'tooltip-title', `${data.titles[bucket] ?? ''}${unfinished}`))
    const ranked = data.series.toSorted((a, b) => (b.data[bucket] ?? 0) - (a.data[bucket] ?? 0))
    for (const series of ranked.slice(0, MAX_TOOLTIP_ROWS)) {
        box.append(tooltipRow(series, bucket, scheme))
    }
    if (ranked.length > MAX_TOOLTIP_ROWS) {
        box.append(element('div', 'tooltip-more', `and ${ranked.length - MAX_TOOLTIP_ROWS} more`))
    }
    return box
}

function bars({ data, scheme }: DrawInput): BarSeriesOption[] {
    return data.series.map((series) => ({
        type: 'bar',
        name: series.name,
        stack: 'all',
        data: series.data,
        barMaxWidth: 32,
        itemStyle: { color: colorOf(series.look, scheme) },
        emphasis: { disabled: true },
    }))
}

function areas({ data, scheme }: DrawInput): LineSeriesOption[] {
    return data.series.map((series) => ({
        type: 'line',
        name: series.name,
        stack: 'all',
        data: series.data,
        symbol: 'none',
        lineStyle: { width: 1.5 },
        areaStyle: { opacity: 0.35 },
        color: colorOf(series.look, scheme),
        emphasis: { disabled: true },
    }))
}

function line(
    series: ChartSeries,
    index: number,
    input: DrawInput,
    values: (number | null)[],
    dashed: boolean,
): LineSeriesOption {
    const few = input.data.days.length <= 60
    return {
        type: 'line',
        name: series.name,
        data: values,
        symbol: symbolOf(series.look),
        symbolSize: few ? 6 : 4,
        showSymbol: few && !input.compact,
        lineStyle: { width: 2, type: dashed ? [4, 4] : 'solid' },
        color: colorOf(series.look, input.scheme),
        ...(input.compact && index === 0 && input.data.series.length === 1 ? { areaStyle: { opacity: 0.1 } } : {}),
        emphasis: { disabled: true },
        z: 10 - Math.min(index, 8),
    }
}

/** A line whose last bucket still runs is drawn dashed from the bucket before. */
function lines(input: DrawInput): LineSeriesOption[] {
    const { unfinished } = input.data
    return input.data.series.flatMap((series, index) => {
        if (unfinished === null || unfinished === 0) {
            return [line(series, index, input, series.data, false)]
        }
        const done = series.data.map((value, at) => (at === unfinished ? null : value))
        const open = series.data.map((value, at) => (at >= unfinished - 1 ? value : null))
        return [line(series, index, input, done, false), line(series, index, input, open, true)]
    })
}

function seriesOf(input: DrawInput): ChartOption['series'] {
    switch (input.display) {
        case 'ActionsBar':
            return bars(input)
        case 'ActionsAreaGraph':
            return areas(input)
        case 'ActionsLineGraph':
            return lines(input)
    }
}

interface TooltipParam {
    dataIndex?: number
}

function axes({ data, display, scheme, compact }: DrawInput): Pick<ChartOption, 'xAxis' | 'yAxis'> {
    const inks = inksOf(scheme)
    const text = { color: inks.text, fontSize: 11.5, fontFamily: 'inherit' }
    return {
        xAxis: {
            type: 'category',
            data: data.axis,
            boundaryGap: display === 'ActionsBar',
            axisTick: { show: false },
            axisLine: { lineStyle: { color: inks.line } },
            axisLabel: { ...text, hideOverlap: true, margin: 10 },
        },
        yAxis: {
            type: 'value',
            minInterval: 1,
            splitNumber: compact ? 2 : 5,
            axisLabel: { ...text, formatter: (value: number) => formatCompact(value) },
            splitLine: { lineStyle: { color: inks.line } },
        },
    }
}

function tooltip({ data, display, scheme, tooltipClass }: DrawInput): ChartOption['tooltip'] {
    return {
        trigger: 'axis',
        className: tooltipClass,
        confine: true,
        transitionDuration: 0,
        padding: 0,
        borderWidth: 0,
        backgroundColor: 'transparent',
        extraCssText: 'box-shadow: none',
        axisPointer: {
            type: display === 'ActionsBar' ? 'shadow' : 'line',
            lineStyle: { color: inksOf(scheme).pointer },
        },
        formatter: (params) => {
            const first = (Array.isArray(params) ? params[0] : params) as TooltipParam | undefined
            return tooltipNode(data, first?.dataIndex ?? 0, scheme)
        },
    }
}

export function chartOption(input: DrawInput): ChartOption {
    return {
        animation: !input.reducedMotion,
        animationDuration: 250,
        animationDurationUpdate: 250,
        aria: { enabled: false },
        grid: { top: 14, right: 14, bottom: 4, left: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
        ...axes(input),
        tooltip: tooltip(input),
        series: seriesOf(input),
    }
}

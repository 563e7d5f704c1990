/**
 * From an answer to what is drawn: names, order, marks, axis texts, the unfinished last bucket.
 * All decisions are made here; the views only draw.
 */
import { formatCompact, plural } from '../lib/format'
import { describeLabel, words } from '../lib/labels'
import type { BreakdownValue, InsightPoint, Interval, TrendsQuery, TrendsResult } from '../query/types'
import { NONE, OTHER } from './palette'

export const NO_VALUE = '$$_posthog_breakdown_null_$$'
export const OTHER_VALUES = '$$_posthog_breakdown_other_$$'

export interface ChartSeries {
    key: string
    name: string
    data: number[]
    total: number
    /** Which series of the query, and which breakdown value, a point of this line belongs to. */
    order: number
    breakdown: BreakdownValue | undefined
    /** Its place among the colours and marks. */
    look: number
}

export interface ChartData {
    days: string[]
    /** By which the server knows the buckets. Each is there once. */
    ids: string[]
    axis: string[]
    titles: string[]
    series: ChartSeries[]
    /** Index of the bucket that is not over yet, or null. */
    unfinished: number | null
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface DayParts {
    year: string
    month: string
    day: string
    time: string
}

/** `days` are texts in the project's time zone; they are never turned into dates of the browser's zone. */
function parts(day: string): DayParts {
    const [date = '', time = ''] = day.split(/[ T]/)
    const [year = '', month = '1', number = '1'] = date.split('-')
    return { year, month: MONTHS[Number(month) - 1] ?? month, day: String(Number(number)), time: time.slice(0, 5) }
}

export function axisLabel(day: string, interval: Interval): string {
    const { year, month, day: number, time } = parts(day)
    if (interval === 'hour') {
        return time === '00:00' ? `${number} ${month}` : time
    }
    return interval === 'month' ? `${month} ${year}` : `${number} ${month}`
}

const PREFIX: Record<Interval, string> = { hour: '', day: '', week: 'Week of ', month: '' }

export function bucketTitle(day: string, interval: Interval): string {
    const { year, month, day: number, time } = parts(day)
    if (interval === 'month') {
        return `${month} ${year}`
    }
    const date = `${number} ${month} ${year}`
    return interval === 'hour' ? `${date}, ${time}` : `${PREFIX[interval]}${date}`
}

export function eventName(event: string | null): string {
    return event ?? 'All events'
}

export function breakdownName(value: BreakdownValue): string {
    const values = Array.isArray(value) ? value : [value]
    return values
        .map(String)
        .map((text) => (text === NO_VALUE || text === '' ? '(none)' : text === OTHER_VALUES ? 'Other' : text))
        .join(' · ')
}

function isLabel(query: TrendsQuery): boolean {
    const name = query.breakdownFilter?.breakdown ?? ''
    return describeLabel(name).speaker !== null
}

function seriesName(result: TrendsResult, query: TrendsQuery): string {
    const order = result.action?.order ?? 0
    const node = query.series[order]
    const own = node ? `${eventName(node.event)}${node.math === 'dau' ? ' (people)' : ''}` : result.label
    const letter = String.fromCharCode(65 + order)
    if (result.breakdown_value === undefined) {
        return query.series.length > 1 ? `${letter}. ${own}` : own
    }
    const plain = breakdownName(result.breakdown_value)
    const value = isLabel(query) ? words(plain) : plain
    return query.series.length > 1 ? `${letter}. ${own} · ${value}` : value
}

function lookOf({ breakdown_value }: TrendsResult, index: number): number {
    return breakdown_value === NO_VALUE ? NONE : breakdown_value === OTHER_VALUES ? OTHER : index
}

function localDay(now: Date, timezone: string): string {
    try {
        return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' }).format(
            now,
        )
    } catch {
        return now.toISOString().replace('T', ' ')
    }
}

/** The last bucket is unfinished when now, in the project's zone, still lies in it. */
export function unfinishedBucket(days: string[], interval: Interval, now: Date, timezone: string): number | null {
    const last = days.at(-1)
    if (last === undefined) {
        return null
    }
    const clock = localDay(now, timezone)
    if (interval === 'week') {
        const age = Date.parse(`${clock.slice(0, 10)}T00:00:00Z`) - Date.parse(`${last.slice(0, 10)}T00:00:00Z`)
        return age >= 0 && age < 7 * 86_400_000 ? days.length - 1 : null
    }
    const shown = { hour: 13, day: 10, month: 7 }[interval]
    return last.slice(0, shown) === clock.slice(0, shown) ? days.length - 1 : null
}

function bucketIds({ action, days }: TrendsResult, interval: Interval): string[] {
    return interval === 'hour' ? (action?.days ?? days) : days
}

export function prepare(
    results: readonly TrendsResult[],
    query: TrendsQuery,
    { now = new Date(), timezone = 'UTC' }: { now?: Date; timezone?: string } = {},
): ChartData {
    const [first] = results
    const days = first?.days ?? []
    return {
        days,
        ids: first ? bucketIds(first, query.interval) : [],
        axis: days.map((day) => axisLabel(day, query.interval)),
        titles: days.map((day) => bucketTitle(day, query.interval)),
        series: results.map((result, index) => ({
            key: `${index}`,
            name: seriesName(result, query),
            data: result.data,
            total: result.count,
            order: result.action?.order ?? 0,
            breakdown: result.breakdown_value,
            look: query.series.length > 1 ? index : lookOf(result, index),
        })),
        unfinished: unfinishedBucket(days, query.interval, now, timezone),
    }
}

/** The point of a series at a bucket, as the server wants it asked for. */
export function pointAt(data: ChartData, series: number, bucket: number): InsightPoint | null {
    const line = data.series[series]
    const day = data.ids[bucket]
    if (!line || day === undefined) {
        return null
    }
    return { day, series: line.order, ...(line.breakdown === undefined ? {} : { breakdown: line.breakdown }) }
}

function sameBreakdown(a: BreakdownValue | undefined, b: BreakdownValue | undefined): boolean {
    return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

/** An address may name an hour by its text alone. */
function bucketOf({ ids, days }: ChartData, day: string): number {
    return ids.includes(day) ? ids.indexOf(day) : days.indexOf(day)
}

/** Name, bucket title and value of a point, for the heading of what lies behind it. */
export function describePoint(
    data: ChartData,
    point: InsightPoint,
): { name: string; title: string; value: number } | null {
    const bucket = bucketOf(data, point.day)
    const line = data.series.find(
        (series) => series.order === point.series && sameBreakdown(series.breakdown, point.breakdown),
    )
    const value = line?.data[bucket]
    const title = data.titles[bucket]
    return line && value !== undefined && title !== undefined ? { name: line.name, title, value } : null
}

/** The series whose drawn height at a bucket is nearest to `height`; stacked series add up. */
export function nearestSeries(data: ChartData, bucket: number, height: number, stacked: boolean): number {
    let best = 0
    let bestDistance = Infinity
    let base = 0
    data.series.forEach((series, index) => {
        const value = series.data[bucket] ?? 0
        const top = stacked ? base + value : value
        const inside = stacked && height >= base && height <= top && value > 0
        const distance = inside ? 0 : Math.abs(height - top)
        if (distance < bestDistance) {
            best = index
            bestDistance = distance
        }
        base = stacked ? top : 0
    })
    return best
}

/** One sentence for readers who do not see the drawing. */
export function summarize(data: ChartData): string {
    const first = data.titles[0]
    const last = data.titles.at(-1)
    if (first === undefined || last === undefined || data.series.length === 0) {
        return 'The chart has no data.'
    }
    const lines = data.series
        .slice(0, 5)
        .map(({ name, total }) => `${name}: ${formatCompact(total)}`)
        .join('; ')
    const more = data.series.length > 5 ? `; and ${plural(data.series.length - 5, 'more line')}` : ''
    return `${plural(data.series.length, 'line')} from ${first} to ${last}. Totals: ${lines}${more}. The table below has every value.`
}

export function isEmpty(data: ChartData): boolean {
    return data.series.every((series) => series.data.every((value) => value === 0))
}

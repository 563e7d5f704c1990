/** The trends query of the insight page: defaults, and reading one from an address that anybody may have edited. */
import { threatName } from '../lib/labels'
import type {
    DateRange,
    Display,
    InsightPoint,
    Interval,
    PropertyFilter,
    SeriesMath,
    SeriesNode,
    TrendsQuery,
} from './types'

export const INTERVALS: readonly Interval[] = ['hour', 'day', 'week', 'month']
export const DISPLAYS: readonly Display[] = ['ActionsLineGraph', 'ActionsAreaGraph', 'ActionsBar']
export const MATHS: readonly SeriesMath[] = ['total', 'dau']
export const MAX_SERIES = 8

type Unknown = Record<string, unknown>

function isObject(value: unknown): value is Unknown {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, fallback: T): T {
    return allowed.includes(value as T) ? (value as T) : fallback
}

function text(value: unknown): string | null {
    return typeof value === 'string' && value !== '' ? value : null
}

function list(value: unknown): unknown[] {
    return Array.isArray(value) ? value : []
}

function filterValue(value: unknown): PropertyFilter['value'] {
    if (Array.isArray(value)) {
        return value.map(String)
    }
    if (typeof value === 'boolean') {
        return String(value)
    }
    return typeof value === 'string' || typeof value === 'number' ? value : null
}

function readFilter(value: unknown): PropertyFilter | null {
    const key = isObject(value) ? text(value['key']) : null
    if (!isObject(value) || key === null) {
        return null
    }
    return {
        type: value['type'] === 'person' ? 'person' : 'event',
        key,
        operator: text(value['operator']) ?? 'exact',
        value: filterValue(value['value']),
    }
}

/** A list, or a group `{type: "AND", values: [...]}` whose leaves are taken. */
export function readFilters(value: unknown): PropertyFilter[] {
    if (isObject(value) && Array.isArray(value['values'])) {
        return value['values'].flatMap((inner) =>
            isObject(inner) && 'values' in inner ? readFilters(inner) : readFilters([inner]),
        )
    }
    return list(value).flatMap((item) => readFilter(item) ?? [])
}

function readSeries(value: unknown): SeriesNode | null {
    if (!isObject(value)) {
        return null
    }
    const filters = readFilters(value['properties'])
    return {
        kind: 'EventsNode',
        event: text(value['event']),
        math: oneOf(MATHS, value['math'], 'total'),
        ...(filters.length ? { properties: filters } : {}),
    }
}

function readRange(value: unknown): DateRange {
    const range = isObject(value) ? value : {}
    return { date_from: text(range['date_from']) ?? '-30d', date_to: text(range['date_to']) }
}

function readBreakdown(value: unknown): TrendsQuery['breakdownFilter'] {
    const name = isObject(value) ? text(value['breakdown']) : null
    if (!isObject(value) || name === null) {
        return null
    }
    return { breakdown: name, breakdown_type: value['breakdown_type'] === 'person' ? 'person' : 'event' }
}

export function readTrendsQuery(value: unknown): TrendsQuery {
    const wrapped = isObject(value) && isObject(value['source']) ? value['source'] : value
    const query = isObject(wrapped) ? wrapped : {}
    const series = list(query['series'])
        .flatMap((item) => readSeries(item) ?? [])
        .slice(0, MAX_SERIES)
    const display = isObject(query['trendsFilter']) ? query['trendsFilter']['display'] : undefined
    return {
        kind: 'TrendsQuery',
        series: series.length ? series : [{ kind: 'EventsNode', event: null, math: 'total' }],
        interval: oneOf(INTERVALS, query['interval'], 'day'),
        dateRange: readRange(query['dateRange']),
        properties: readFilters(query['properties']),
        breakdownFilter: readBreakdown(query['breakdownFilter']),
        trendsFilter: { display: oneOf(DISPLAYS, display, 'ActionsLineGraph') },
    }
}

export function readPoint(value: unknown): InsightPoint | null {
    const day = isObject(value) ? text(value['day']) : null
    if (!isObject(value) || day === null) {
        return null
    }
    const series = value['series']
    const breakdown = value['breakdown']
    return {
        day,
        series: typeof series === 'number' && series >= 0 ? Math.floor(series) : 0,
        ...(typeof breakdown === 'string' || typeof breakdown === 'number' ? { breakdown } : {}),
    }
}

export function needsValue(operator: string): boolean {
    return operator !== 'is_set' && operator !== 'is_not_set'
}

/** Filters that need a value and have none yet are left out, so that half-made ones never empty the chart. */
export function isComplete(filter: PropertyFilter): boolean {
    if (filter.key === '') {
        return false
    }
    if (!needsValue(filter.operator)) {
        return true
    }
    return Array.isArray(filter.value)
        ? filter.value.length > 0
        : filter.value !== null && filter.value !== undefined && filter.value !== ''
}

/** What is sent: complete filters only, absent parts left out. */
export function toRequest(query: TrendsQuery): Record<string, unknown> {
    const { breakdownFilter, ...rest } = query
    return {
        ...rest,
        series: query.series.map((node) => ({ ...node, properties: (node.properties ?? []).filter(isComplete) })),
        properties: query.properties.filter(isComplete),
        ...(breakdownFilter ? { breakdownFilter } : {}),
    }
}

/** Counts what the list of conversations finds: a flag is said when it is 1, of a threat any text tells what was found. */
function labelFilter(name: string, value: string | null): PropertyFilter {
    return value === null && threatName(name) !== null
        ? { type: 'event', key: name, operator: 'is_set', value: null }
        : { type: 'event', key: name, operator: 'exact', value: [value ?? '1'] }
}

/** A trend of one label: of one of its values, or of a flag or threat, which need none. */
export function labelTrend(name: string, value: string | null): TrendsQuery {
    return { ...readTrendsQuery({}), properties: [labelFilter(name, value)] }
}

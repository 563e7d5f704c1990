/** The whole state of the page stands in the address: the query, and what is looked at behind one of its points. */
import { readPoint, readTrendsQuery } from '../../query/trends-query'
import type { InsightPoint, TrendsQuery } from '../../query/types'

export interface InsightSearch {
    q?: TrendsQuery
    point?: InsightPoint
    /** What is shown behind the point, where it is not the conversations. */
    tab?: 'people'
}

function parsed(value: unknown): unknown {
    if (typeof value !== 'string') {
        return value
    }
    try {
        return JSON.parse(value) as unknown
    } catch {
        return undefined
    }
}

export function readInsightSearch(search: Record<string, unknown>): InsightSearch {
    const q = parsed(search['q'])
    return {
        q: q === undefined ? undefined : readTrendsQuery(q),
        point: readPoint(parsed(search['point'])) ?? undefined,
        tab: search['tab'] === 'people' ? 'people' : undefined,
    }
}

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'

import { request } from '../lib/http'
import { projectPath } from './paths'
import { toRequest } from './trends-query'
import type { Actor, Actors, InsightPoint, MatchedConversations, TrendsAnswer, TrendsQuery } from './types'

const PAGE_SIZE = 50

export function runQuery<T>(projectId: string, query: Record<string, unknown>, signal?: AbortSignal): Promise<T> {
    return request<T>(`${projectPath(projectId)}query/`, { method: 'POST', body: { query }, signal })
}

export function useTrends(projectId: string, query: TrendsQuery): UseQueryResult<TrendsAnswer> {
    const body = toRequest(query)
    return useQuery({
        queryKey: ['trends', projectId, body],
        queryFn: ({ signal }) => runQuery<TrendsAnswer>(projectId, body, signal),
        placeholderData: keepPreviousData,
    })
}

function actorsSource(query: TrendsQuery, point: InsightPoint): Record<string, unknown> {
    return { kind: 'InsightActorsQuery', source: toRequest(query), ...point }
}

export function useMatchedConversations(
    projectId: string,
    query: TrendsQuery,
    point: InsightPoint,
): UseInfiniteQueryResult<InfiniteData<MatchedConversations>> {
    const source = actorsSource(query, point)
    return useInfiniteQuery({
        queryKey: ['matched-conversations', projectId, source],
        queryFn: ({ pageParam, signal }) =>
            runQuery<MatchedConversations>(
                projectId,
                { kind: 'ConversationsQuery', source, limit: PAGE_SIZE, offset: pageParam },
                signal,
            ),
        initialPageParam: 0,
        getNextPageParam: (page, pages) => (page.hasMore ? pages.length * PAGE_SIZE : undefined),
    })
}

interface ActorRow {
    id?: string
    distinct_ids?: string[]
    properties?: Record<string, unknown>
}

interface RawActors {
    columns?: string[]
    results: unknown[][]
    hasMore?: boolean
}

const ACTOR_COLUMNS = ['person', 'event_count']

export function readActors({ results, hasMore, columns = ACTOR_COLUMNS }: RawActors): Actors {
    const personAt = columns.indexOf('person')
    const countAt = columns.indexOf('event_count')
    const actors = results.map((row): Actor => {
        const person = (row[personAt] ?? {}) as ActorRow
        const count = row[countAt]
        return {
            id: person.id ?? '',
            distinct_ids: person.distinct_ids ?? [],
            properties: person.properties ?? {},
            event_count: typeof count === 'number' ? count : null,
        }
    })
    return { results: actors, hasMore: hasMore ?? false }
}

export function useActors(
    projectId: string,
    query: TrendsQuery,
    point: InsightPoint,
): UseInfiniteQueryResult<InfiniteData<Actors>> {
    const source = actorsSource(query, point)
    return useInfiniteQuery({
        queryKey: ['actors', projectId, source],
        queryFn: async ({ pageParam, signal }) => {
            const body = { kind: 'ActorsQuery', source, select: ACTOR_COLUMNS, limit: PAGE_SIZE, offset: pageParam }
            return readActors(await runQuery<RawActors>(projectId, body, signal))
        },
        initialPageParam: 0,
        getNextPageParam: (page, pages) => (page.hasMore ? pages.length * PAGE_SIZE : undefined),
    })
}

/** Whether the project has an event, asked for again every two seconds until it has. */
export function useHasEvents(projectId: string): UseQueryResult<boolean> {
    return useQuery({
        queryKey: ['has-events', projectId],
        queryFn: async ({ signal }) => {
            const body = { kind: 'EventsQuery', select: ['event'], after: 'all', limit: 1 }
            const { results } = await runQuery<{ results: unknown[] }>(projectId, body, signal)
            return results.length > 0
        },
        refetchInterval: ({ state }) => (state.data ? false : 2000),
    })
}

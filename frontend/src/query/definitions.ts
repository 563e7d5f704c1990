/** Names that pickers offer: events, properties, values. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import { request } from '../lib/http'
import type { Params } from '../lib/http'
import { projectPath } from './paths'
import type { Named, Page, PropertyDefinition } from './types'

function useNames<T, Read = T[]>(
    projectId: string,
    path: string,
    params: Params,
    { enabled, select }: { enabled?: boolean; select?: (names: T[]) => Read } = {},
): UseQueryResult<Read> {
    return useQuery({
        queryKey: ['names', projectId, path, params],
        queryFn: async ({ signal }) => {
            const answer = await request<T[] | Page<T>>(`${projectPath(projectId)}${path}`, { params, signal })
            return Array.isArray(answer) ? answer : answer.results
        },
        placeholderData: keepPreviousData,
        enabled,
        select,
        staleTime: 60_000,
    })
}

export function useEventNames(projectId: string, search: string): UseQueryResult<Named[]> {
    return useNames<Named>(projectId, 'event_definitions/', { search, limit: 50 })
}

export function usePropertyNames(
    projectId: string,
    type: 'event' | 'person',
    search: string,
): UseQueryResult<PropertyDefinition[]> {
    return useNames<PropertyDefinition>(projectId, 'property_definitions/', { search, type, limit: 50 })
}

interface TypedValue {
    name: string | number | boolean
}

/** Filters and pickers deal in texts, whatever the type of the property. */
function asTexts(values: TypedValue[]): string[] {
    return [...new Set(values.map(({ name }) => String(name)))]
}

export function usePropertyValues(projectId: string, type: 'event' | 'person', key: string): UseQueryResult<string[]> {
    const path = type === 'person' ? 'persons/values/' : 'events/values/'
    return useNames<TypedValue, string[]>(projectId, path, { key }, { enabled: key !== '', select: asTexts })
}

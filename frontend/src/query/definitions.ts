/** Names that pickers offer: events, properties, values. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import { request } from '../lib/http'
import type { Params } from '../lib/http'
import { projectPath } from './paths'
import type { Named, Page, PropertyDefinition } from './types'

function useNames<T>(projectId: string, path: string, params: Params, enabled = true): UseQueryResult<T[]> {
    return useQuery({
        queryKey: ['names', projectId, path, params],
        queryFn: async ({ signal }) => {
            const answer = await request<T[] | Page<T>>(`${projectPath(projectId)}${path}`, { params, signal })
            return Array.isArray(answer) ? answer : answer.results
        },
        placeholderData: keepPreviousData,
        enabled,
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

export function usePropertyValues(projectId: string, type: 'event' | 'person', key: string): UseQueryResult<Named[]> {
    const path = type === 'person' ? 'persons/values/' : 'events/values/'
    return useNames<Named>(projectId, path, { key }, key !== '')
}

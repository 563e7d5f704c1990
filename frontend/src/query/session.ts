/** Who is here: first run, login, logout, the signed-in user. */
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'

import { request } from '../lib/http'
import type { Me, Preflight } from './types'

export interface Credentials {
    email: string
    password: string
}

export interface SetupInput extends Credentials {
    first_name: string
    organization_name: string
    project_name: string
}

export const preflightOptions = queryOptions({
    queryKey: ['preflight'],
    queryFn: ({ signal }) => request<Preflight>('/_preflight', { signal }),
    staleTime: 60_000,
    meta: { anonymous: true },
})

export const meOptions = queryOptions({
    queryKey: ['me'],
    queryFn: ({ signal }) => request<Me>('/api/users/@me/', { signal }),
    staleTime: 60_000,
    meta: { anonymous: true },
})

export function useMe(): UseQueryResult<Me> {
    return useQuery(meOptions)
}

function useSignIn<Input>(path: string): UseMutationResult<unknown, Error, Input> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (body: Input) => request(path, { method: 'POST', body }),
        onSuccess: () => {
            client.removeQueries({ queryKey: ['me'] })
            client.removeQueries({ queryKey: ['preflight'] })
        },
    })
}

export const useLogin = (): UseMutationResult<unknown, Error, Credentials> => useSignIn<Credentials>('/api/login/')

export const useSetup = (): UseMutationResult<unknown, Error, SetupInput> => useSignIn<SetupInput>('/api/setup/')

export function useLogout(): UseMutationResult<unknown, Error, undefined> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: () => request('/api/logout/', { method: 'POST', body: {} }),
        onSuccess: () => {
            client.clear()
        },
    })
}

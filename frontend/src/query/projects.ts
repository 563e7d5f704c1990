import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'

import { request } from '../lib/http'
import { projectPath } from './paths'
import type { Member, Page, PersonalKey, Project } from './types'

export function useProject(projectId: string): UseQueryResult<Project> {
    return useQuery({
        queryKey: ['project', projectId],
        queryFn: ({ signal }) => request<Project>(projectPath(projectId), { signal }),
    })
}

export type ProjectChange = Partial<Pick<Project, 'name' | 'timezone' | 'anonymize_ips'>>

export function useUpdateProject(projectId: string): UseMutationResult<Project, Error, ProjectChange> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (body: ProjectChange) => request<Project>(projectPath(projectId), { method: 'PATCH', body }),
        onSuccess: async (project) => {
            client.setQueryData(['project', projectId], project)
            await client.invalidateQueries({ queryKey: ['me'] })
        },
    })
}

export function useCreateProject(): UseMutationResult<Project, Error, string> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (name: string) => request<Project>('/api/projects/', { method: 'POST', body: { name } }),
        onSuccess: () => client.invalidateQueries({ queryKey: ['me'] }),
    })
}

const KEYS = ['personal-keys']

export function usePersonalKeys(): UseQueryResult<PersonalKey[]> {
    return useQuery({
        queryKey: KEYS,
        queryFn: async ({ signal }) =>
            (await request<Page<PersonalKey>>('/api/personal_api_keys/', { signal })).results,
    })
}

export interface NewKey {
    label: string
    scopes: string[]
}

export function useCreateKey(): UseMutationResult<PersonalKey, Error, NewKey> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (body: NewKey) => request<PersonalKey>('/api/personal_api_keys/', { method: 'POST', body }),
        onSuccess: () => client.invalidateQueries({ queryKey: KEYS }),
    })
}

export function useRevokeKey(): UseMutationResult<unknown, Error, string> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (id: string) => request(`/api/personal_api_keys/${encodeURIComponent(id)}/`, { method: 'DELETE' }),
        onSuccess: () => client.invalidateQueries({ queryKey: KEYS }),
    })
}

export function useMembers(projectId: string): UseQueryResult<Member[]> {
    return useQuery({
        queryKey: ['members', projectId],
        queryFn: async ({ signal }) =>
            (await request<Page<Member>>(`${projectPath(projectId)}members/`, { signal })).results,
    })
}

export interface NewMember {
    email: string
    first_name: string
    password: string
}

export function useAddMember(projectId: string): UseMutationResult<Member, Error, NewMember> {
    const client = useQueryClient()
    return useMutation({
        mutationFn: (body: NewMember) => request<Member>(`${projectPath(projectId)}members/`, { method: 'POST', body }),
        onSuccess: () => client.invalidateQueries({ queryKey: ['members', projectId] }),
    })
}

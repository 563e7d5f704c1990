import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'

import { request, withParams } from '../lib/http'
import { projectPath } from './paths'
import type { Conversation, ConversationPage } from './types'

export interface ConversationFilters {
    search?: string
    label?: string[]
    person?: string
    date_from?: string
    date_to?: string
}

const PAGE_SIZE = 50

interface ListOptions {
    limit?: number
    /** Milliseconds between looks for newer ones. */
    refetchInterval?: number | false
}

function listPath(projectId: string): string {
    return `${projectPath(projectId)}conversations/`
}

/** The server answers with an absolute URL; only its path is followed, so the page stays on this origin. */
export function pathOf(next: string | null | undefined): string | undefined {
    if (!next) {
        return undefined
    }
    const url = new URL(next, window.location.origin)
    return url.pathname + url.search
}

export function useConversations(
    projectId: string,
    filters: ConversationFilters,
    { limit = PAGE_SIZE, refetchInterval = false }: ListOptions = {},
): UseInfiniteQueryResult<InfiniteData<ConversationPage>> {
    return useInfiniteQuery({
        queryKey: ['conversations', projectId, filters, limit],
        queryFn: ({ pageParam, signal }) => request<ConversationPage>(pageParam, { signal }),
        initialPageParam: withParams(listPath(projectId), { ...filters, limit }),
        getNextPageParam: (page) => pathOf(page.next),
        placeholderData: keepPreviousData,
        refetchInterval,
    })
}

/** The loaded pages as one conversation. */
function joinPages({ pages }: InfiniteData<Conversation>): Conversation {
    return pages.reduce((before, page) => ({ ...page, messages: [...before.messages, ...page.messages] }))
}

/** Begins with the page that has the message (its id or its event's), where one is given. */
export function useConversation(projectId: string, id: string, message?: string): UseInfiniteQueryResult<Conversation> {
    return useInfiniteQuery({
        queryKey: ['conversation', projectId, id, message],
        queryFn: ({ pageParam, signal }) => request<Conversation>(pageParam, { signal }),
        initialPageParam: withParams(`${listPath(projectId)}${encodeURIComponent(id)}/`, { message }),
        getNextPageParam: (page) => pathOf(page.next_messages),
        getPreviousPageParam: (page) => pathOf(page.previous_messages),
        select: joinPages,
    })
}

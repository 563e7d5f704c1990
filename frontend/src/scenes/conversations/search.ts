/** The filters of the list, as they stand in the address. */
import type { ConversationFilters } from '../../query/conversations'

export interface ConversationSearch {
    search?: string
    label?: string[]
    person?: string
    from?: string
    to?: string
}

function text(value: unknown): string | undefined {
    if (typeof value === 'number') {
        return String(value)
    }
    return typeof value === 'string' && value !== '' ? value : undefined
}

function texts(value: unknown): string[] | undefined {
    const list = (Array.isArray(value) ? value : [value]).flatMap((item) => text(item) ?? [])
    return list.length ? [...new Set(list)] : undefined
}

export function readConversationSearch(search: Record<string, unknown>): ConversationSearch {
    return {
        search: text(search['search']),
        label: texts(search['label']),
        person: text(search['person']),
        from: text(search['from']),
        to: text(search['to']),
    }
}

export function toFilters({ search, label, person, from, to }: ConversationSearch): ConversationFilters {
    return { search, label, person, date_from: from, date_to: to }
}

export function hasFilters(search: ConversationSearch): boolean {
    return Object.values(toFilters(search)).some((value) => value !== undefined)
}

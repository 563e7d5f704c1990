/** The whole interface in front of a small server, for tests. A test file calls `prepareWorld` once, and opens pages with `open`. */
import { createMemoryHistory } from '@tanstack/react-router'
import type { RouterHistory } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { UserEvent } from '@testing-library/user-event'
import { afterEach, beforeEach, vi } from 'vitest'

import { Refusal, stubServer } from '../lib/testing'
import type { Call } from '../lib/testing'
import { App } from './app'

const PROJECT = { id: 1, uuid: 'p', name: 'Northwind assistant', api_token: 'phc_northwind', timezone: 'UTC' }
const ADA = { id: 'person-1', distinct_id: 'ada@example.org', name: 'Ada' }

export const SUMMARY = {
    id: 'c1',
    person: ADA,
    started_at: '2026-11-20T10:00:00Z',
    ended_at: '2026-11-20T10:05:00Z',
    message_count: 2,
    preview: { user: 'This is **ridiculous**.', assistant: 'I apologise.' },
    labels: { user_emotion: ['anger'], user_toxic: [1], user_language: ['en'] },
}

function message(role: string, content: string, event: string): Record<string, unknown> {
    const labels = role === 'user' ? { user_emotion: { value: 'anger', score: 0.9 } } : {}
    return {
        id: `${event}-${role}`,
        role,
        content,
        timestamp: '2026-11-20T10:00:00Z',
        event_uuid: event,
        event: '$ai_generation',
        kind: 'owned',
        labels,
        judged: true,
        label_version: 'v1',
        language: 'en',
        position: 0,
    }
}

const TRANSCRIPT = {
    ...SUMMARY,
    person: { ...ADA, properties: { plan: 'team' } },
    previous: null,
    next: 'c2',
    messages: [message('user', 'Where is it?', 'event-1'), message('user', 'This is ridiculous.', 'event-2')],
    feedback: [],
}

export const LONG = Array.from({ length: 6 }, (_, n) => message('user', `Question ${n}`, `event-${n}`))

/** Pages of two messages. */
function longTranscript(search: URLSearchParams): unknown {
    const wanted = LONG.findIndex(({ event_uuid }) => event_uuid === search.get('message'))
    const offset = wanted < 0 ? Number(search.get('offset') ?? 0) : wanted - (wanted % 2)
    const page = (start: number): string | null =>
        start < 0 || start >= LONG.length
            ? null
            : `https://elsewhere.example/api/projects/1/conversations/long/?offset=${start}`
    return {
        ...TRANSCRIPT,
        id: 'long',
        message_count: LONG.length,
        messages: LONG.slice(offset, offset + 2),
        next_messages: page(offset + 2),
        previous_messages: page(offset - 2),
    }
}

export interface Query {
    kind: string
    source?: { day?: string; series?: number }
}

function answerQuery({ kind }: Query): unknown {
    switch (kind) {
        case 'TrendsQuery':
            return {
                results: [
                    {
                        data: [0, 3],
                        days: ['2026-11-19', '2026-11-20'],
                        count: 3,
                        label: 'All events',
                        action: { order: 0 },
                    },
                ],
                timezone: 'UTC',
            }
        case 'ConversationsQuery':
            return {
                results: [{ ...SUMMARY, matched_event_uuids: ['event-2'] }],
                count: 1,
                hasMore: false,
                events_without_conversation: 2,
            }
        case 'ActorsQuery':
            return {
                columns: ['person', 'event_count'],
                results: [[{ id: ADA.id, distinct_ids: [ADA.distinct_id], properties: { name: 'Ada' } }, 3]],
                hasMore: false,
            }
        default:
            return { results: [['$ai_generation', '2026-11-20T10:00:00Z']] }
    }
}

/** What the server knows, and what it was asked. */
export const world = { signedIn: true, initialized: true, calls: [] as Call[] }
export const scrolled = vi.fn()

function answerConversations(path: string, search: URLSearchParams): unknown {
    switch (path.split('/conversations/')[1]) {
        case '':
            return { results: [SUMMARY], next: null }
        case 'c1/':
            return TRANSCRIPT
        case 'long/':
            return longTranscript(search)
        default:
            return new Refusal(404)
    }
}

export function server({ path, method, body, search }: Call): unknown {
    if (path === '/_preflight') {
        return { initialized: world.initialized, version: '0.1.0', demo: false, signed_in: world.signedIn }
    }
    if (path === '/api/setup/' || path === '/api/login/') {
        world.signedIn = true
        world.initialized = true
        return {}
    }
    if (!world.signedIn) {
        return new Refusal(401)
    }
    if (path === '/api/users/@me/') {
        return {
            uuid: 'u',
            email: 'alice@example.org',
            first_name: 'Alice',
            organization: null,
            team: PROJECT,
            projects: [PROJECT],
        }
    }
    if (path.endsWith('/query/') && method === 'POST') {
        return answerQuery((body as { query: Query }).query)
    }
    if (path.includes('/conversations/')) {
        return answerConversations(path, search)
    }
    if (path === '/api/projects/1/') {
        return PROJECT
    }
    return []
}

/** Called once by a test file. */
export function prepareWorld(): void {
    beforeEach(() => {
        world.signedIn = true
        world.initialized = true
        world.calls = stubServer((call) => server(call))
        Element.prototype.scrollIntoView = scrolled.mockClear()
        vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
        vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(90)
    })
    afterEach(() => {
        vi.unstubAllGlobals()
    })
}

export function open(path: string): { history: RouterHistory; user: UserEvent } {
    const history = createMemoryHistory({ initialEntries: [path] })
    render(<App history={history} />)
    return { history, user: userEvent.setup() }
}

export const PATIENCE = { timeout: 8_000 }

import { createMemoryHistory } from '@tanstack/react-router'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Refusal, stubServer } from '../lib/testing'
import type { Call } from '../lib/testing'
import { App } from './app'

vi.mock('../charts/echarts-view', () => ({ default: () => null }))

const PROJECT = { id: 1, uuid: 'p', name: 'Northwind assistant', api_token: 'phc_northwind', timezone: 'UTC' }
const ADA = { id: 'person-1', distinct_id: 'ada@example.org', name: 'Ada' }

const SUMMARY = {
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

const LONG = Array.from({ length: 6 }, (_, n) => message('user', `Question ${n}`, `event-${n}`))

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

interface Query {
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

let signedIn: boolean
let initialized: boolean

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

function server({ path, method, body, search }: Call): unknown {
    if (path === '/_preflight') {
        return { initialized, version: '0.1.0', demo: false, signed_in: signedIn }
    }
    if (path === '/api/setup/' || path === '/api/login/') {
        signedIn = true
        initialized = true
        return {}
    }
    if (!signedIn) {
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

let calls: Call[]
const scrolled = vi.fn()

beforeEach(() => {
    signedIn = true
    initialized = true
    calls = stubServer((call) => server(call))
    Element.prototype.scrollIntoView = scrolled.mockClear()
    vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined)
    vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(90)
})

afterEach(() => {
    vi.unstubAllGlobals()
})

function open(path: string) {
    const history = createMemoryHistory({ initialEntries: [path] })
    render(<App history={history} />)
    return { history, user: userEvent.setup() }
}

const PATIENCE = { timeout: 8_000 }

describe('coming in', () => {
    it('leads a fresh server to the first run, and from there to the project', async () => {
        initialized = false
        signedIn = false
        const { history, user } = open('/')
        await screen.findByRole('heading', { name: 'Set up this server' }, PATIENCE)
        for (const [label, text] of [
            [/Your name/, 'Alice'],
            [/E-mail/, 'alice@example.org'],
            [/Password/, 'correct horse battery'],
            [/Organization/, 'Northwind'],
            [/First project/, 'Northwind assistant'],
        ] as const) {
            await user.type(screen.getByLabelText(label, { selector: 'input' }), text)
        }
        await user.click(screen.getByRole('button', { name: /Create account/ }))
        await screen.findByRole('heading', { name: 'Northwind assistant' }, PATIENCE)
        expect(history.location.pathname).toBe('/project/1')
        expect(calls.find(({ path }) => path === '/api/setup/')?.body).toMatchObject({ first_name: 'Alice' })
    })

    it('asks who is there, and comes back to the wanted page', async () => {
        signedIn = false
        const { history, user } = open('/project/1/conversations?label=["user_toxic"]')
        await user.type(await screen.findByLabelText(/E-mail/, {}, PATIENCE), 'alice@example.org')
        expect(calls.map(({ path }) => path)).toEqual(['/_preflight'])
        await user.type(screen.getByLabelText(/Password/, { selector: 'input' }), 'secret')
        await user.click(screen.getByRole('button', { name: 'Log in' }))
        await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)
        expect(history.location.pathname).toBe('/project/1/conversations')
        expect(calls.at(-1)?.search.getAll('label')).toEqual(['user_toxic'])
    })

    it('follows no address of another host after the login', async () => {
        signedIn = false
        const { history, user } = open('/login?next=//evil.example/')
        await user.type(await screen.findByLabelText(/E-mail/, {}, PATIENCE), 'alice@example.org')
        await user.type(screen.getByLabelText(/Password/, { selector: 'input' }), 'secret')
        await user.click(screen.getByRole('button', { name: 'Log in' }))
        await waitFor(() => {
            expect(history.location.pathname).toBe('/project/1')
        }, PATIENCE)
    })
})

describe('the list of conversations', () => {
    it('shows texts and labels, and moves with j and k', async () => {
        const { user } = open('/project/1/conversations')
        const row = await screen.findByRole('link', { name: /This is ridiculous/ }, PATIENCE)
        expect(row).toHaveTextContent('anger')
        expect(row).not.toHaveTextContent('en')
        await user.keyboard('j')
        await waitFor(() => {
            expect(row).toHaveFocus()
        })
    })

    it('sends every filter of the address to the server', async () => {
        open('/project/1/conversations?search=parcel&person=ada&label=["user_emotion:anger","user_toxic"]&from=-7d')
        await screen.findByRole('link', { name: /ridiculous/ }, PATIENCE)
        const sent = calls.find(({ path }) => path.endsWith('/conversations/'))?.search
        expect(Object.fromEntries(sent ?? [])).toMatchObject({ search: 'parcel', person: 'ada', date_from: '-7d' })
        expect(sent?.getAll('label')).toEqual(['user_emotion:anger', 'user_toxic'])
        expect(screen.getByRole('button', { name: 'Remove filter User emotion: anger' })).toBeVisible()
    })
})

describe('a conversation of several pages', () => {
    const questions = (): (string | undefined)[] =>
        screen.getAllByRole('article').map((article) => /Question \d/.exec(article.textContent)?.[0])

    it('says that there is more, and loads it to the end', async () => {
        const { user } = open('/project/1/conversations/long')
        await user.click(await screen.findByRole('button', { name: 'Load more messages' }, PATIENCE))
        expect(await screen.findByText('4 of 6 messages loaded', {}, PATIENCE)).toBeVisible()
        await user.click(screen.getByRole('button', { name: 'Load more messages' }))
        await waitFor(() => {
            expect(screen.queryByRole('button', { name: 'Load more messages' })).toBeNull()
        }, PATIENCE)
        expect(questions()).toEqual(LONG.map((_, n) => `Question ${n}`))
        expect(screen.queryByText(/loaded/)).toBeNull()
    })

    it('opens at the page of the message that matched, and leads back from it', async () => {
        const { user } = open('/project/1/conversations/long?message=event-3')
        expect(await screen.findByRole('article', { name: /matched/ }, PATIENCE)).toHaveTextContent('Question 3')
        await user.click(screen.getByRole('button', { name: 'Load earlier messages' }))
        await waitFor(() => {
            expect(questions()).toEqual(['Question 0', 'Question 1', 'Question 2', 'Question 3'])
        }, PATIENCE)
        expect(screen.queryByRole('button', { name: 'Load earlier messages' })).toBeNull()
        expect(scrolled).toHaveBeenCalledTimes(1)
    })
})

describe('from a number to the message behind it', () => {
    it('goes over the drawer to the transcript, at the message that matched', async () => {
        const { history, user } = open('/project/1/insights/new')
        await user.click(await screen.findByRole('button', { name: /20 Nov 2026: 3\./ }, PATIENCE))
        const drawer = await screen.findByRole('dialog', {}, PATIENCE)
        expect(drawer).toHaveTextContent('3All events · 20 Nov 2026')
        const link = await within(drawer).findByRole('link', { name: /ridiculous/ })
        expect(drawer).toHaveTextContent('2 more events behind this point belong to no conversation.')
        const asked = calls.find(
            ({ body }) => (body as { query?: Query } | undefined)?.query?.kind === 'ConversationsQuery',
        )
        expect((asked?.body as { query: Query }).query.source).toMatchObject({ day: '2026-11-20', series: 0 })
        await user.click(link)
        expect(await screen.findByRole('article', { name: /matched/ }, PATIENCE)).toHaveTextContent(
            'This is ridiculous.',
        )
        expect(history.location.href).toBe('/project/1/conversations/c1?message=event-2')
    })

    it('opens the same drawer from its address', async () => {
        const point = encodeURIComponent(JSON.stringify({ day: '2026-11-20', series: 0 }))
        const { user } = open(`/project/1/insights/new?q={}&point=${point}`)
        const drawer = await screen.findByRole('dialog', {}, PATIENCE)
        await user.click(within(drawer).getByRole('tab', { name: 'People' }))
        expect(await within(drawer).findByRole('link', { name: /Ada/ })).toHaveTextContent('3 events')
    })

    it('comes back to the number when the drawer closes', async () => {
        const { user } = open('/project/1/insights/new')
        const number = await screen.findByRole('button', { name: /20 Nov 2026: 3\./ }, PATIENCE)
        await user.click(number)
        await screen.findByRole('dialog', {}, PATIENCE)
        await user.keyboard('{Escape}')
        await waitFor(() => {
            expect(number).toHaveFocus()
        }, PATIENCE)
    })

    it('has no way down from zero', async () => {
        open('/project/1/insights/new')
        const cell = await screen.findByRole('cell', { name: '0' }, PATIENCE)
        expect(within(cell).queryByRole('button')).toBeNull()
    })
})

it('closes the menu of a narrow window when a project is chosen', async () => {
    const { history, user } = open('/project/1/conversations')
    await user.click(await screen.findByRole('button', { name: 'Open the menu' }, PATIENCE))
    const menu = await screen.findByRole('dialog', {}, PATIENCE)
    await user.click(within(menu).getByRole('button', { name: /Project:/ }))
    await user.click(await screen.findByRole('menuitem', { name: 'Northwind assistant', hidden: true }, PATIENCE))
    await waitFor(() => {
        expect(screen.queryByRole('dialog')).toBeNull()
    }, PATIENCE)
    expect(history.location.pathname).toBe('/project/1')
})

describe('when something is wrong', () => {
    it('opens the page on another try, once the server answers', async () => {
        vi.spyOn(console, 'error').mockImplementation(() => undefined)
        let down = true
        calls = stubServer((call) => (down ? new Refusal(400) : server(call)))
        const { user } = open('/project/1/conversations')
        await screen.findByText('This page failed', {}, PATIENCE)
        down = false
        await user.click(screen.getByRole('button', { name: 'Try again' }))
        expect(await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)).toBeVisible()
    })

    it('says at its name why a key cannot be made', async () => {
        const refusal = { type: 'validation_error', code: 'max_length', detail: 'Too long.', attr: 'label' }
        calls = stubServer((call) =>
            call.method === 'POST' && call.path.endsWith('personal_api_keys/')
                ? new Refusal(400, refusal)
                : server(call),
        )
        const { user } = open('/project/1/settings')
        await user.click(await screen.findByRole('button', { name: 'New key' }, PATIENCE))
        const name = await screen.findByRole('textbox', { name: /What is it for/ }, PATIENCE)
        await user.type(name, 'Report')
        await user.click(screen.getByRole('button', { name: 'Create key' }))
        await waitFor(() => {
            expect(name).toHaveAccessibleDescription('Too long.')
        }, PATIENCE)
    })

    it('says that a conversation does not exist, and where to go', async () => {
        open('/project/1/conversations/unknown')
        expect(await screen.findByText('There is no such conversation', {}, PATIENCE)).toBeVisible()
    })

    it('says that a page does not exist', async () => {
        open('/project/1/nonsense')
        expect(await screen.findByText('There is no such page', {}, PATIENCE)).toBeVisible()
    })

    it('shows the reason of the server and offers another try', async () => {
        calls = stubServer((call) =>
            call.path.endsWith('/query/')
                ? new Refusal(400, {
                      type: 'validation_error',
                      code: 'invalid_input',
                      detail: 'Unknown property.',
                      attr: null,
                  })
                : server(call),
        )
        open('/project/1/insights/new')
        expect(await screen.findByText('Unknown property.', {}, PATIENCE)).toBeVisible()
        expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible()
    })
})

it('links from the label of a message to others like it', async () => {
    const { history, user } = open('/project/1/conversations/c1')
    const [label] = await screen.findAllByRole('button', { name: /anger/ }, PATIENCE)
    await user.click(label!)
    await user.click(await screen.findByRole('menuitem', { name: 'Others like this', hidden: true }))
    await waitFor(() => {
        expect(decodeURIComponent(history.location.href)).toBe('/project/1/conversations?label=["user_emotion:anger"]')
    })
})

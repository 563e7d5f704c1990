import { screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'

import { Refusal, stubServer } from '../lib/testing'
import type { Call } from '../lib/testing'
import { open, PATIENCE, prepareWorld, server, SUMMARY, world } from './testing'
import type { Query } from './testing'

vi.mock('../charts/echarts-view', () => ({ default: () => null }))

prepareWorld()

const REFUSAL = { type: 'validation_error', code: 'invalid_input', detail: 'No such page.', attr: null }

describe('a next page that is refused', () => {
    it('is asked for once in the list of conversations, which says why it ends, and again on demand', async () => {
        const refused = { now: true }
        const isNext = ({ search }: Call): boolean => search.has('cursor')
        world.calls = stubServer((call) => {
            if (isNext(call)) {
                return refused.now ? new Refusal(400, REFUSAL) : { results: [{ ...SUMMARY, id: 'c2' }], next: null }
            }
            return call.path.endsWith('/conversations/')
                ? { results: [SUMMARY], next: `${call.path}?cursor=x` }
                : server(call)
        })
        const { user } = open('/project/1/conversations')
        expect(await screen.findByRole('alert', {}, PATIENCE)).toHaveTextContent('No such page.')
        expect(world.calls.filter(isNext)).toHaveLength(1)
        refused.now = false
        await user.click(screen.getByRole('button', { name: 'Load more' }))
        expect(await screen.findByText('2 conversations', {}, PATIENCE)).toBeVisible()
        expect(screen.queryByRole('alert')).toBeNull()
    })

    it.each([
        ['Load more messages', '/project/1/conversations/long'],
        ['Load earlier messages', '/project/1/conversations/long?message=event-5'],
    ])('is told in a transcript: %s', async (name, address) => {
        const refused = { now: true }
        const isNext = ({ search }: Call): boolean => search.has('offset')
        world.calls = stubServer((call) => (isNext(call) && refused.now ? new Refusal(400, REFUSAL) : server(call)))
        const { user } = open(address)
        await user.click(await screen.findByRole('button', { name }, PATIENCE))
        expect(await screen.findByRole('alert', {}, PATIENCE)).toHaveTextContent('No such page.')
        expect(world.calls.filter(isNext)).toHaveLength(1)
        refused.now = false
        await user.click(screen.getByRole('button', { name }))
        expect(await screen.findByText('4 of 6 messages loaded', {}, PATIENCE)).toBeVisible()
        expect(screen.queryByRole('alert')).toBeNull()
    })

    it('is told behind a number', async () => {
        world.calls = stubServer((call) => {
            const { kind, offset } = (call.body as { query?: Query & { offset?: number } } | undefined)?.query ?? {}
            if (kind !== 'ConversationsQuery') {
                return server(call)
            }
            const page = { results: [{ ...SUMMARY, matched_event_uuids: ['event-2'] }], count: 2, hasMore: true }
            return offset === 0 ? { ...page, events_without_conversation: 0 } : new Refusal(400, REFUSAL)
        })
        const { user } = open('/project/1/insights/new')
        await user.click(await screen.findByRole('button', { name: /20 Nov 2026: 3\./ }, PATIENCE))
        await user.click(await screen.findByRole('button', { name: 'Load more' }, PATIENCE))
        await waitFor(() => {
            expect(screen.getByRole('alert')).toHaveTextContent('No such page.')
        }, PATIENCE)
    })
})

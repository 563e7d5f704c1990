import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { stubServer } from '../lib/testing'
import { open, PATIENCE, prepareWorld, server, SUMMARY, world } from './testing'

vi.mock('../charts/echarts-view', () => ({ default: () => null }))

prepareWorld()

describe('the way back', () => {
    it('takes off the filters of the list one by one, a typed text as a whole', async () => {
        const { history, user } = open('/project/1/conversations?label=["user_toxic"]')
        await user.type(await screen.findByRole('searchbox', { name: 'Search in messages' }, PATIENCE), 'parcel')
        await waitFor(() => {
            expect(history.location.search).toContain('search=parcel')
        }, PATIENCE)
        await user.type(screen.getByRole('searchbox', { name: 'Search in messages' }), 's')
        await waitFor(() => {
            expect(history.location.search).toContain('search=parcels')
        }, PATIENCE)
        await user.click(screen.getByRole('button', { name: 'Remove filter User toxic' }))
        await waitFor(() => {
            expect(history.location.search).not.toContain('label')
        }, PATIENCE)
        history.back()
        expect(await screen.findByRole('button', { name: 'Remove filter User toxic' }, PATIENCE)).toBeVisible()
        expect(screen.getByRole('searchbox', { name: 'Search in messages' })).toHaveValue('parcels')
        history.back()
        await waitFor(() => {
            expect(screen.getByRole('searchbox', { name: 'Search in messages' })).toHaveValue('')
        }, PATIENCE)
    })

    it('undoes an edit of the trend', async () => {
        const { history, user } = open('/project/1/insights/new')
        await user.click(await screen.findByRole('radio', { name: 'Bars' }, PATIENCE))
        await waitFor(() => {
            expect(history.location.search).toContain('ActionsBar')
        }, PATIENCE)
        history.back()
        await waitFor(() => {
            expect(screen.getByRole('radio', { name: 'Lines' })).toBeChecked()
        }, PATIENCE)
    })

    it('leaves no trace of a filter that was not completed', async () => {
        const { history, user } = open('/project/1/insights/new')
        await user.click((await screen.findAllByRole('button', { name: 'Add filter' }, PATIENCE))[0]!)
        await screen.findByRole('button', { name: 'Edit filter: New filter' }, PATIENCE)
        await user.click(await screen.findByRole('button', { name: 'Done', hidden: true }))
        await waitFor(() => {
            expect(screen.queryByRole('button', { name: 'Edit filter: New filter' })).toBeNull()
        }, PATIENCE)
        expect(history.length).toBe(1)
    })

    it('comes to no filter that is half made or being typed', async () => {
        const filter = { type: 'event', key: 'plan', operator: 'icontains', value: 'pro' }
        const q = encodeURIComponent(JSON.stringify({ properties: [filter] }))
        const { history, user } = open(`/project/1/insights/new?q=${q}`)
        await user.click(await screen.findByRole('button', { name: 'Edit filter: plan contains pro' }, PATIENCE))
        const value = await screen.findByRole('textbox', { name: 'Value', hidden: true }, PATIENCE)
        await user.clear(value)
        await user.type(value, 'free')
        expect(history.length).toBe(1)
        await user.keyboard('{Enter}')
        expect(await screen.findByRole('button', { name: 'Edit filter: plan contains free' }, PATIENCE)).toBeVisible()
        expect(history.length).toBe(2)
    })
})

describe('the drawer behind a number', () => {
    it('is one step back in the history, which closing takes', async () => {
        const { history, user } = open('/project/1/conversations')
        await user.click(await screen.findByRole('link', { name: 'Trends' }, PATIENCE))
        await user.click(await screen.findByRole('button', { name: /20 Nov 2026: 3\./ }, PATIENCE))
        const drawer = await screen.findByRole('dialog', {}, PATIENCE)
        await user.click(within(drawer).getByRole('tab', { name: 'People' }))
        await user.click(await within(drawer).findByRole('link', { name: /Ada/ }))
        await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)
        history.back()
        expect(await screen.findByRole('tab', { name: 'People', selected: true }, PATIENCE)).toBeVisible()
        await user.keyboard('{Escape}')
        await waitFor(() => {
            expect(screen.queryByRole('dialog')).toBeNull()
        }, PATIENCE)
        expect(history.location.href).toBe('/project/1/insights/new')
        history.back()
        await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)
    })

    it('closes from its own address, where nothing is to go back to', async () => {
        const point = encodeURIComponent(JSON.stringify({ day: '2026-11-20', series: 0 }))
        const { history, user } = open(`/project/1/insights/new?q={}&point=${point}`)
        await screen.findByRole('dialog', {}, PATIENCE)
        await user.keyboard('{Escape}')
        await waitFor(() => {
            expect(screen.queryByRole('dialog')).toBeNull()
        }, PATIENCE)
        expect(history.location.search).not.toContain('point')
        expect(history.length).toBe(1)
    })
})

describe('clearing the filters', () => {
    afterEach(() => {
        vi.useRealTimers()
    })

    it.each([
        ['Clear', [SUMMARY]],
        ['Clear all filters', []],
    ])('takes what was typed just before too: %s', async (text, results) => {
        world.calls = stubServer((call) =>
            call.path.endsWith('/conversations/') ? { results, next: null } : server(call),
        )
        const { history } = open('/project/1/conversations?label=["user_toxic"]')
        const clear = await screen.findByText(text, {}, PATIENCE)
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
        fireEvent.change(screen.getByRole('searchbox', { name: 'Search in messages' }), { target: { value: 'refund' } })
        fireEvent.click(clear)
        act(() => {
            vi.advanceTimersByTime(1_000)
        })
        vi.useRealTimers()
        await waitFor(() => {
            expect(screen.queryByText('Clear')).toBeNull()
        }, PATIENCE)
        expect(history.location.search).toBe('')
        expect(screen.getByRole('searchbox', { name: 'Search in messages' })).toHaveValue('')
    })
})

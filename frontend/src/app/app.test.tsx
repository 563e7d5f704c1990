import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'

import { Refusal, stubServer } from '../lib/testing'
import { LONG, open, PATIENCE, prepareWorld, scrolled, server, world } from './testing'
import type { Query } from './testing'

vi.mock('../charts/echarts-view', () => ({ default: () => null }))

prepareWorld()

describe('coming in', () => {
    it('leads a fresh server to the first run, and from there to the project', async () => {
        world.initialized = false
        world.signedIn = false
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
        expect(world.calls.find(({ path }) => path === '/api/setup/')?.body).toMatchObject({ first_name: 'Alice' })
    })

    it('asks who is there, and comes back to the wanted page', async () => {
        world.signedIn = false
        const { history, user } = open('/project/1/conversations?label=["user_toxic"]')
        await user.type(await screen.findByLabelText(/E-mail/, {}, PATIENCE), 'alice@example.org')
        expect(world.calls.map(({ path }) => path)).toEqual(['/_preflight'])
        await user.type(screen.getByLabelText(/Password/, { selector: 'input' }), 'secret')
        await user.click(screen.getByRole('button', { name: 'Log in' }))
        await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)
        expect(history.location.pathname).toBe('/project/1/conversations')
        expect(world.calls.at(-1)?.search.getAll('label')).toEqual(['user_toxic'])
    })

    it('follows no address of another host after the login', async () => {
        world.signedIn = false
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
        const sent = world.calls.find(({ path }) => path.endsWith('/conversations/'))?.search
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
        const asked = world.calls.find(
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
        world.calls = stubServer((call) => (down ? new Refusal(400) : server(call)))
        const { user } = open('/project/1/conversations')
        await screen.findByText('This page failed', {}, PATIENCE)
        down = false
        await user.click(screen.getByRole('button', { name: 'Try again' }))
        expect(await screen.findByRole('heading', { name: 'Conversations' }, PATIENCE)).toBeVisible()
    })

    it('says at its name why a key cannot be made', async () => {
        const refusal = { type: 'validation_error', code: 'max_length', detail: 'Too long.', attr: 'label' }
        world.calls = stubServer((call) =>
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

    it("says that a project is none of the user's", async () => {
        open('/project/2/conversations')
        expect(await screen.findByText('There is no such page', {}, PATIENCE)).toBeVisible()
    })

    it('says that a page does not exist', async () => {
        open('/project/1/nonsense')
        expect(await screen.findByText('There is no such page', {}, PATIENCE)).toBeVisible()
    })

    it('shows the reason of the server and offers another try', async () => {
        world.calls = stubServer((call) =>
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

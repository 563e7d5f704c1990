import { QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import type { ReactElement, ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createQueryClient } from '../../query/client'
import { UiProvider } from '../../ui/provider'
import { FilterBar } from './filter-bar'
import type { ConversationSearch } from './search'

const onChange = vi.fn<(change: Partial<ConversationSearch>) => void>()
const client = createQueryClient(vi.fn())

function Ground({ children }: { children: ReactNode }): ReactElement {
    return (
        <UiProvider>
            <QueryClientProvider client={client}>{children}</QueryClientProvider>
        </UiProvider>
    )
}

function bar(search: ConversationSearch): ReactElement {
    return <FilterBar projectId="1" search={search} onChange={onChange} onClear={vi.fn()} />
}

/** Shows the bar. What it returns shows it again, with the filters of another address. */
function show(): (search: ConversationSearch) => void {
    const page = render(bar({}), { wrapper: Ground })
    return (search) => {
        page.rerender(bar(search))
    }
}

function box(): HTMLElement {
    return screen.getByRole('searchbox', { name: 'Search in messages' })
}

function type(text: string): void {
    fireEvent.change(box(), { target: { value: text } })
}

function settle(): void {
    act(() => {
        vi.advanceTimersByTime(1_000)
    })
}

describe('a text that is searched for', () => {
    beforeEach(() => {
        vi.useFakeTimers()
        onChange.mockClear()
    })
    afterEach(() => {
        vi.useRealTimers()
    })

    it('becomes a filter when it settles', () => {
        show()
        type('ref')
        expect(onChange).not.toHaveBeenCalled()
        settle()
        expect(onChange.mock.calls).toEqual([[{ search: 'ref' }]])
    })

    it('keeps what is typed on until the address has followed', () => {
        const follow = show()
        type('ref')
        settle()
        type('refund')
        follow({ search: 'ref' })
        expect(box()).toHaveValue('refund')
        settle()
        expect(onChange.mock.calls.at(-1)).toEqual([{ search: 'refund' }])
    })

    it('keeps what is typed on while the address follows in several steps', () => {
        const follow = show()
        for (const text of ['ref', 'refund']) {
            type(text)
            settle()
        }
        follow({ search: 'ref' })
        expect(box()).toHaveValue('refund')
        follow({ search: 'refund' })
        settle()
        expect(onChange).toHaveBeenCalledTimes(2)
    })

    it('is taken back before the address has followed', () => {
        const follow = show()
        type('ref')
        settle()
        type('')
        settle()
        follow({ search: 'ref' })
        expect(onChange.mock.calls.at(-1)).toEqual([{ search: undefined }])
        expect(box()).toHaveValue('')
    })

    it('gives way to the address on the way back and forth', () => {
        const follow = show()
        type('ref')
        settle()
        for (const search of ['ref', undefined, 'ref']) {
            follow({ search })
            expect(box()).toHaveValue(search ?? '')
        }
        settle()
        expect(onChange).toHaveBeenCalledTimes(1)
    })
})

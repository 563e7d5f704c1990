import { QueryClientProvider } from '@tanstack/react-query'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { stubServer } from '../lib/testing'
import { createQueryClient } from '../query/client'
import type { PropertyFilter } from '../query/types'
import { Picker } from '../ui/picker'
import { renderUi } from '../ui/testing'
import { isValidRange, rangeLabel } from './date-range'
import { describeFilter } from './operators'
import { PropertyFilters } from './property-filters'

describe('a filter in words', () => {
    it.each([
        [
            { type: 'event', key: 'user_emotion', operator: 'exact', value: ['anger', 'annoyance'] },
            'User emotion is anger or annoyance',
        ],
        [{ type: 'event', key: 'user_toxic', operator: 'is_set', value: null }, 'User toxic is set'],
        [{ type: 'person', key: 'plan', operator: 'icontains', value: 'pro' }, 'person plan contains pro'],
        [{ type: 'event', key: 'seats', operator: 'gt', value: 3 }, 'seats greater than 3'],
        [{ type: 'event', key: 'plan', operator: 'exact', value: null }, 'plan is …'],
        [{ type: 'event', key: 'plan', operator: 'semver_eq', value: '1' }, 'plan semver_eq 1'],
    ] satisfies [PropertyFilter, string][])('%j', (filter, text) => {
        expect(describeFilter(filter)).toBe(text)
    })
})

describe('a date range', () => {
    afterEach(() => {
        vi.unstubAllEnvs()
    })

    it('is called as people call it', () => {
        expect(rangeLabel({ from: '-7d', to: null })).toBe('Last 7 days')
        expect(rangeLabel({ from: null, to: null })).toBe('Any time')
        expect(rangeLabel({ from: '2026-11-01', to: '2026-11-09' })).toBe('1 Nov 2026 – 9 Nov 2026')
        expect(rangeLabel({ from: '-45d', to: null })).toBe('Since -45d')
    })

    it.each(['America/Los_Angeles', 'UTC', 'Pacific/Auckland'])('has the days that were chosen in %s', async (zone) => {
        vi.stubEnv('TZ', zone)
        vi.resetModules()
        const { rangeLabel: inZone } = await import('./date-range')
        expect(inZone({ from: '2026-03-01', to: '2026-03-31T23:59:59' })).toBe('1 Mar 2026 – 31 Mar 2026')
    })

    it('ends after it begins', () => {
        expect(isValidRange('2026-11-01', '2026-11-01')).toBe(true)
        expect(isValidRange('2026-11-01', '')).toBe(true)
        expect(isValidRange('2026-11-02', '2026-11-01')).toBe(false)
        expect(isValidRange('', '2026-11-01')).toBe(false)
        expect(isValidRange('soon', '')).toBe(false)
    })
})

describe('the values to filter by', () => {
    beforeEach(() => {
        Element.prototype.scrollIntoView = vi.fn()
    })

    afterEach(() => {
        vi.unstubAllGlobals()
    })

    it('may be numbers and booleans, each offered once', async () => {
        stubServer(({ path }) =>
            path.endsWith('/values/') ? [{ name: 300 }, { name: true }, { name: '300' }, { name: 'team_plan' }] : [],
        )
        const onChange = vi.fn()
        const user = userEvent.setup()
        const filter: PropertyFilter = { type: 'event', key: 'seats', operator: 'exact', value: ['2'] }
        renderUi(
            <QueryClientProvider client={createQueryClient(vi.fn())}>
                <PropertyFilters projectId="1" value={[filter]} onChange={onChange} />
            </QueryClientProvider>,
        )
        await user.click(screen.getByRole('button', { name: 'Edit filter: seats is 2' }))
        await user.click(await screen.findByRole('button', { name: 'Value: 2' }))
        expect((await screen.findAllByRole('option')).map(({ textContent }) => textContent)).toEqual([
            '300',
            'true',
            'team plan',
        ])
        await user.click(screen.getByRole('option', { name: '300' }))
        expect(onChange).toHaveBeenCalledWith([{ ...filter, value: ['300'] }])
    })
})

describe('a list to pick from', () => {
    const options = [
        { value: 'user_emotion', label: 'User emotion' },
        { value: 'user_topic', label: 'User topic' },
    ]

    beforeEach(() => {
        Element.prototype.scrollIntoView = vi.fn()
    })

    it('works by keyboard alone', async () => {
        const onChange = vi.fn()
        const user = userEvent.setup()
        renderUi(<Picker label="Breakdown" value={null} placeholder="none" options={options} onChange={onChange} />)
        await user.tab()
        expect(screen.getByRole('button', { name: 'Breakdown: none' })).toHaveFocus()
        await user.keyboard('{Enter}')
        await user.type(await screen.findByRole('textbox', { name: 'Search breakdown' }), 'topic')
        await user.keyboard('{ArrowDown}{Enter}')
        expect(onChange).toHaveBeenCalledWith('user_topic')
    })

    it('takes a value that no list has, where that makes sense', async () => {
        const onChange = vi.fn()
        const user = userEvent.setup()
        renderUi(<Picker creatable label="Value" value={null} placeholder="choose" options={[]} onChange={onChange} />)
        await user.click(screen.getByRole('button', { name: 'Value: choose' }))
        await user.type(await screen.findByRole('textbox', { name: 'Search value' }), 'enterprise')
        await user.click(await screen.findByText('Use “enterprise”'))
        expect(onChange).toHaveBeenCalledWith('enterprise')
    })
})

import { fireEvent, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'

import { readTrendsQuery } from '../query/trends-query'
import { renderUi } from '../ui/testing'
import { prepare } from './prepare'
import { TrendTable } from './trend-table'

it('leads from each of two hours of one name to its own rows', () => {
    const complaints = vi.spyOn(console, 'error')
    const action = { order: 0, days: ['2026-10-25T02:00:00+02:00', '2026-10-25T02:00:00+01:00'] }
    const hour = '2026-10-25 02:00:00'
    const answer = { data: [2, 3], days: [hour, hour], count: 5, label: 'All events', action }
    const onPoint = vi.fn()
    const data = prepare([answer], readTrendsQuery({ interval: 'hour' }))
    renderUi(<TrendTable data={data} selected={{ day: action.days[1]!, series: 0 }} onPoint={onPoint} />)
    const [first, second] = screen.getAllByRole('button', { name: /02:00/ })
    expect(first).toHaveAttribute('aria-pressed', 'false')
    expect(second).toHaveAttribute('aria-pressed', 'true')
    fireEvent.click(second!)
    expect(onPoint).toHaveBeenCalledWith({ day: '2026-10-25T02:00:00+01:00', series: 0 })
    expect(complaints).not.toHaveBeenCalled()
})

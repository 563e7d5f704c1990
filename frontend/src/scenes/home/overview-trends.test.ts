import { expect, it } from 'vitest'

import { OVERVIEW_TRENDS } from './overview-trends'

it('counts as toxic what is said to be, not what a client says is not', () => {
    const toxic = OVERVIEW_TRENDS.find(({ title }) => title === 'Toxic messages of users')
    expect(toxic?.query.properties).toEqual([{ type: 'event', key: 'user_toxic', operator: 'exact', value: ['1'] }])
})

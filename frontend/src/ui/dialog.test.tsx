import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import type { ReactElement } from 'react'
import { expect, it } from 'vitest'

import { Dialog } from './dialog'
import { renderUi } from './testing'

function Page(): ReactElement {
    const [opened, setOpened] = useState(false)
    return (
        <>
            <button
                onClick={() => {
                    setOpened(true)
                }}
            >
                Open
            </button>
            {opened && (
                <Dialog
                    title="Sure?"
                    onClose={() => {
                        setOpened(false)
                    }}
                >
                    <input aria-label="Name" />
                </Dialog>
            )}
        </>
    )
}

it('gives the focus back to what opened it', async () => {
    const user = userEvent.setup()
    renderUi(<Page />)
    await user.click(screen.getByRole('button', { name: 'Open' }))
    await user.click(screen.getByRole('textbox', { name: 'Name' }))
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(screen.getByRole('button', { name: 'Open' })).toHaveFocus()
})

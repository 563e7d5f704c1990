import { useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { Modal } from './controls'

/** What had the focus before this part of the page came gets it back when the part goes. */
export function useFocusGivenBack(): void {
    useEffect(() => {
        const before = document.activeElement
        return () => {
            if (before instanceof HTMLElement) {
                before.focus({ preventScroll: true })
            }
        }
    }, [])
}

interface Props {
    title: string
    onClose: () => void
    children: ReactNode
}

/** A question or form over the page, open for as long as it is rendered. */
export function Dialog({ title, onClose, children }: Props): ReactElement {
    useFocusGivenBack()
    return (
        <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
            {children}
        </Modal>
    )
}

/** The way to the rest of a list that comes in pages, and why it did not come. */
import type { ReactElement } from 'react'

import { Button } from './controls'

interface Props {
    text?: string
    loading: boolean
    /** Why the latest try failed. Another one is made when the button is pressed. */
    error: Error | null
    onMore: () => void
}

export function LoadMore({ text = 'Load more', loading, error, onMore }: Props): ReactElement {
    return (
        <>
            <Button variant="default" size="compact-sm" loading={loading} onClick={onMore}>
                {text}
            </Button>
            {error && !loading && <span role="alert">{error.message}</span>}
        </>
    )
}

import { Link, useRouter } from '@tanstack/react-router'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { Page } from '../ui/layout'
import { EmptyState, ErrorState, LoadingRows } from '../ui/states'

export function NotFound(): ReactElement {
    return (
        <Page title="Not found" heading="">
            <EmptyState icon="search" title="There is no such page" actions={<Link to="/">Go to the start</Link>}>
                The address may be mistyped, or the page has moved.
            </EmptyState>
        </Page>
    )
}

export function Failed({ error }: ErrorComponentProps): ReactElement {
    const router = useRouter()
    const shown = error instanceof Error ? error : new Error(String(error))
    return (
        <Page title="Error" heading="">
            <ErrorState title="This page failed" error={shown} onRetry={() => void router.invalidate()} />
        </Page>
    )
}

export function Pending(): ReactElement {
    return (
        <Page title="Loading" heading="">
            <LoadingRows label="Loading the page" rows={3} height={110} />
        </Page>
    )
}

import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { RouterHistory } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { createQueryClient } from '../query/client'
import { UiProvider } from '../ui/provider'
import { createAppRouter } from './router'

function createApp(history?: RouterHistory) {
    const queryClient = createQueryClient(() => {
        // A session that ended while working leads to the login, and back to the same page afterwards.
        const { pathname, href } = router.state.location
        if (pathname !== '/login') {
            queryClient.removeQueries({ queryKey: ['me'] })
            void router.navigate({ to: '/login', search: { next: href }, replace: true })
        }
    })
    const router = createAppRouter(queryClient, history)
    return { queryClient, router }
}

export function App({ history }: { history?: RouterHistory }): ReactElement {
    const [{ queryClient, router }] = useState(() => createApp(history))
    return (
        <UiProvider>
            <QueryClientProvider client={queryClient}>
                <RouterProvider router={router} />
            </QueryClientProvider>
        </UiProvider>
    )
}

import type { QueryClient } from '@tanstack/react-query'
import {
    createRootRouteWithContext,
    createRoute,
    createRouter,
    lazyRouteComponent,
    notFound,
    Outlet,
    redirect,
} from '@tanstack/react-router'
import type { RouterHistory } from '@tanstack/react-router'

import { meOptions, preflightOptions } from '../query/session'
import type { Me } from '../query/types'
import { readConversationSearch } from '../scenes/conversations/search'
import { readInsightSearch } from '../scenes/insight/search'
import { readTranscriptSearch } from '../scenes/transcript/search'
import { Failed, NotFound, Pending } from './fallbacks'
import { Shell } from './shell'

interface Context {
    queryClient: QueryClient
}

/**
 * The signed-in user, or a way to the login that comes back here. Browsers report a refused request as an error on the console, so
 * whether someone is signed in is asked about before who it is.
 */
async function requireUser({ queryClient }: Context, href: string): Promise<Me> {
    const known = queryClient.getQueryData(meOptions.queryKey)
    if (known) {
        return known
    }
    const { signed_in } = await queryClient.query({ ...preflightOptions, staleTime: 0 })
    if (!signed_in) {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
        throw redirect({ to: '/login', search: href === '/' ? {} : { next: href } })
    }
    return queryClient.query(meOptions)
}

const root = createRootRouteWithContext<Context>()({
    component: Outlet,
    notFoundComponent: NotFound,
    errorComponent: Failed,
})

const start = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: async ({ context }) => {
        const { initialized } = await context.queryClient.query({ ...preflightOptions, staleTime: 'static' })
        if (!initialized) {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
            throw redirect({ to: '/setup' })
        }
        const me = await requireUser(context, '/')
        const project = me.team ?? me.projects[0]
        if (project) {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
            throw redirect({ to: '/project/$projectId', params: { projectId: String(project.id) } })
        }
    },
    component: NotFound,
})

const login = createRoute({
    getParentRoute: () => root,
    path: '/login',
    validateSearch: (search: Record<string, unknown>): { next?: string } => ({
        next: typeof search['next'] === 'string' ? search['next'] : undefined,
    }),
    component: lazyRouteComponent(() => import('../scenes/login/login-scene')),
})

const setup = createRoute({
    getParentRoute: () => root,
    path: '/setup',
    component: lazyRouteComponent(() => import('../scenes/setup/setup-scene')),
})

const project = createRoute({
    getParentRoute: () => root,
    path: '/project/$projectId',
    beforeLoad: async ({ context, location, params }) => {
        const { projects } = await requireUser(context, location.href)
        if (!projects.some(({ id }) => String(id) === params.projectId)) {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way
            throw notFound()
        }
    },
    component: Shell,
    notFoundComponent: NotFound,
})

const home = createRoute({
    getParentRoute: () => project,
    path: '/',
    component: lazyRouteComponent(() => import('../scenes/home/home-scene')),
})

const conversations = createRoute({
    getParentRoute: () => project,
    path: '/conversations',
    validateSearch: readConversationSearch,
    component: lazyRouteComponent(() => import('../scenes/conversations/conversations-scene')),
})

const transcript = createRoute({
    getParentRoute: () => project,
    path: '/conversations/$conversationId',
    validateSearch: readTranscriptSearch,
    component: lazyRouteComponent(() => import('../scenes/transcript/transcript-scene')),
})

const insight = createRoute({
    getParentRoute: () => project,
    path: '/insights/new',
    validateSearch: readInsightSearch,
    component: lazyRouteComponent(() => import('../scenes/insight/insight-scene')),
})

const settings = createRoute({
    getParentRoute: () => project,
    path: '/settings',
    component: lazyRouteComponent(() => import('../scenes/settings/settings-scene')),
})

const routeTree = root.addChildren([
    start,
    login,
    setup,
    project.addChildren([home, conversations, transcript, insight, settings]),
])

export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
    return createRouter({
        routeTree,
        history,
        context: { queryClient },
        defaultPreload: 'intent',
        defaultPreloadStaleTime: 0,
        defaultErrorComponent: Failed,
        defaultPendingComponent: Pending,
        scrollRestoration: true,
    })
}

declare module '@tanstack/react-router' {
    interface Register {
        router: ReturnType<typeof createAppRouter>
    }
}

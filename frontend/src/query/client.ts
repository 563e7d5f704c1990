import { QueryCache, QueryClient } from '@tanstack/react-query'

import { ApiError } from '../lib/http'

const RETRIES = 2

/** A refusal will be refused again; only a missing answer or a server error is worth another try. */
export function shouldRetry(failures: number, error: Error): boolean {
    const final = error instanceof ApiError && error.status < 500
    return !final && failures < RETRIES
}

export function isSignedOut(error: unknown): boolean {
    return error instanceof ApiError && error.status === 401
}

export function createQueryClient(onSignedOut: () => void): QueryClient {
    return new QueryClient({
        queryCache: new QueryCache({
            onError: (error, query) => {
                if (isSignedOut(error) && query.meta?.['anonymous'] !== true) {
                    onSignedOut()
                }
            },
        }),
        defaultOptions: {
            queries: { staleTime: 10_000, retry: shouldRetry, refetchOnWindowFocus: false },
        },
    })
}

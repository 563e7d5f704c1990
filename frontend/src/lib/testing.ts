/** Ground for component tests: our look, and answers instead of a server. */
import { vi } from 'vitest'

export interface Call {
    method: string
    path: string
    search: URLSearchParams
    body: unknown
}

export type Handler = (call: Call) => unknown

export class Refusal {
    readonly status: number
    readonly body: unknown

    constructor(status: number, body: unknown = { type: 'error', code: 'error', detail: 'Refused.', attr: null }) {
        this.status = status
        this.body = body
    }
}

/** Replaces fetch; a handler answers with JSON, or with a Refusal. Returns the calls made. */
export function stubServer(handler: Handler): Call[] {
    const calls: Call[] = []
    vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) => {
        const url = new URL(input, 'http://localhost')
        const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
        const call: Call = { method: init.method ?? 'GET', path: url.pathname, search: url.searchParams, body }
        calls.push(call)
        const answer = handler(call)
        const refused = answer instanceof Refusal
        return Promise.resolve(
            new Response(JSON.stringify(refused ? answer.body : answer), { status: refused ? answer.status : 200 }),
        )
    })
    return calls
}

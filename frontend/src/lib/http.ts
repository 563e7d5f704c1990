/** The one door to the server: JSON in, JSON out, CSRF header, typed errors. */

export interface ApiErrorBody {
    type: string
    code: string
    detail: string
    attr: string | null
}

export class ApiError extends Error {
    readonly status: number
    readonly code: string
    readonly attr: string | null

    constructor(status: number, body: Partial<ApiErrorBody>) {
        super(body.detail ?? `The server answered with status ${status}.`)
        this.name = 'ApiError'
        this.status = status
        this.code = body.code ?? 'error'
        this.attr = body.attr ?? null
    }
}

/** The server could not be reached at all, or answered with something that is not ours. */
export class NetworkError extends Error {
    constructor(cause: unknown) {
        super('The server cannot be reached. Check that it is running and that you are online.', { cause })
        this.name = 'NetworkError'
    }
}

export type Params = Record<string, string | number | readonly string[] | null | undefined>

interface Options {
    method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
    params?: Params
    body?: unknown
    signal?: AbortSignal
}

export function withParams(path: string, params: Params = {}): string {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(params)) {
        if (value === null || value === undefined || value === '') {
            continue
        }
        for (const item of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) {
            search.append(name, item)
        }
    }
    const text = search.toString()
    return text ? `${path}?${text}` : path
}

function csrfToken(): string {
    const match = /(?:^|;\s*)posthog_csrftoken=([^;]*)/.exec(document.cookie)
    return decodeURIComponent(match?.[1] ?? '')
}

async function readBody(response: Response): Promise<unknown> {
    const text = await response.text()
    if (!text) {
        return null
    }
    try {
        return JSON.parse(text) as unknown
    } catch (error) {
        if (response.ok) {
            throw new NetworkError(error)
        }
        return null
    }
}

async function send(path: string, { method = 'GET', params, body, signal }: Options): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (method !== 'GET') {
        headers['X-CSRFToken'] = csrfToken()
        headers['Content-Type'] = 'application/json'
    }
    try {
        return await fetch(withParams(path, params), {
            method,
            headers,
            credentials: 'same-origin',
            body: body === undefined ? null : JSON.stringify(body),
            signal: signal ?? null,
        })
    } catch (error) {
        if (signal?.aborted) {
            throw error
        }
        throw new NetworkError(error)
    }
}

/** Raises ApiError for any status from 400, NetworkError when no answer came. */
export async function request<T>(path: string, options: Options = {}): Promise<T> {
    const response = await send(path, options)
    const body = await readBody(response)
    if (!response.ok) {
        throw new ApiError(response.status, body ?? {})
    }
    return body as T
}

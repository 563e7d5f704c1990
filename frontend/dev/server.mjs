/**
 * A server in memory for working on the pages without the product behind them. It speaks the part of the API that the
 * pages use, and serves `dist/` with the content security policy of the product.
 *
 *     node dev/server.mjs            PORT=8000, EMPTY=1 (no events yet), FRESH=1 (before the first run), SLOW=800 (ms)
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

import { conversations, people } from './data.mjs'
import { runQuery, summary } from './queries.mjs'

const PORT = Number(process.env.PORT ?? 8000)
const SLOW = Number(process.env.SLOW ?? 0)
const DIST = join(fileURLToPath(new URL('.', import.meta.url)), '..', 'dist')
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }

const projects = [
    {
        id: 1,
        uuid: 'a1',
        name: 'Northwind assistant',
        api_token: 'phc_k3V9qTzR7wYb1nXc5sLd8fHj2mPa4uGe6tBi0oCv',
        timezone: 'Europe/Berlin',
    },
    {
        id: 2,
        uuid: 'a2',
        name: 'Homework tutor',
        api_token: 'phc_p8Wq2ZrT6yUb4nVc1sKd9fGj3mLa5uHe7tXi0oBz',
        timezone: 'UTC',
    },
]
const keys = [
    {
        id: 'k1',
        label: 'Weekly report',
        scopes: ['query:read'],
        created_at: '2026-10-02T08:00:00Z',
        last_used_at: '2026-11-21T06:00:00Z',
    },
]
const MEMBERS = [
    { id: 1, email: 'alice@northwind.example', first_name: 'Alice', level: 15, joined_at: '2026-08-01T09:00:00Z' },
    { id: 2, email: 'bob@northwind.example', first_name: 'Bob', level: 1, joined_at: '2026-09-12T09:00:00Z' },
]
const state = {
    initialized: !process.env.FRESH,
    signedIn: !process.env.FRESH && !process.env.SIGNED_OUT,
    empty: Boolean(process.env.EMPTY),
}

class Refused extends Error {
    constructor(status, code, detail, attr = null) {
        super(detail)
        this.status = status
        this.body = { type: 'validation_error', code, detail, attr }
    }
}

function me() {
    return {
        uuid: 'u1',
        email: 'alice@northwind.example',
        first_name: 'Alice',
        organization: { id: 'o1', name: 'Northwind' },
        team: projects[0],
        projects: projects.map(({ id, name, api_token }) => ({ id, name, api_token })),
    }
}

function labelMatches(labels, filter) {
    const [name, value] = filter.split(/:(.*)/s)
    return name in labels && (value === undefined || labels[name].map(String).includes(value))
}

function listConversations(url) {
    const q = url.searchParams
    const search = (q.get('search') ?? '').toLowerCase()
    const found = conversations
        .filter(({ messages }) => !search || messages.some(({ content }) => content.toLowerCase().includes(search)))
        .filter(({ person }) => !q.get('person') || [person.id, person.distinct_id].includes(q.get('person')))
        .map(summary)
        .filter(({ labels }) => q.getAll('label').every((filter) => labelMatches(labels, filter)))
    const limit = Number(q.get('limit') ?? 50)
    const offset = Number(q.get('offset') ?? 0)
    const next = new URL(url)
    next.searchParams.set('offset', String(offset + limit))
    return {
        results: state.empty ? [] : found.slice(offset, offset + limit),
        next: offset + limit < found.length ? next.href : null,
    }
}

function oneConversation(id) {
    const found = conversations.find((conversation) => conversation.id === id)
    if (!found) {
        throw new Refused(404, 'not_found', 'Not found.')
    }
    const own = conversations.filter(({ person }) => person === found.person)
    const at = own.indexOf(found)
    return {
        ...summary(found),
        person: found.person,
        previous: own[at + 1]?.id ?? null,
        next: own[at - 1]?.id ?? null,
        messages: found.messages,
        feedback: found.feedback,
    }
}

function values(key) {
    const seen = conversations.flatMap(({ messages }) => messages.flatMap(({ labels }) => labels[key]?.value ?? []))
    return [...new Set(seen.map(String))].sort().map((name) => ({ name }))
}

const EVENTS = ['$ai_generation', 'llm-task', '$pageview', 'signed up', 'upgraded plan', '$ai_feedback']
const PROPERTIES = {
    event: ['$ai_model', '$ai_latency', '$current_url', 'user_emotion', 'user_toxic'],
    person: ['plan', 'country', 'seats'],
}

function login({ email, password }) {
    if (password !== 'correct horse') {
        throw new Refused(
            400,
            'invalid_credentials',
            `No account has this e-mail and password. (Here the password is "correct horse".)`,
        )
    }
    state.signedIn = true
    return { email }
}

function setup({ password }) {
    if (String(password).length < 8) {
        throw new Refused(400, 'invalid_input', 'Use at least 8 characters.', 'password')
    }
    Object.assign(state, { initialized: true, signedIn: true })
    return {}
}

function createKey(body) {
    const key = { id: `k${keys.length + 1}`, created_at: new Date().toISOString(), last_used_at: null, ...body }
    keys.push(key)
    return { ...key, value: `phx_${randomBytes(24).toString('hex')}` }
}

const routes = [
    ['GET', /^\/api\/users\/@me\/$/, () => me()],
    ['POST', /^\/api\/logout\/$/, () => Object.assign(state, { signedIn: false })],
    ['GET', /^\/api\/projects\/$/, () => ({ results: projects })],
    [
        'POST',
        /^\/api\/projects\/$/,
        (_, { body }) => projects[projects.push({ ...projects[1], id: projects.length + 1, name: body.name }) - 1],
    ],
    ['GET', /^\/api\/projects\/(\d+)\/$/, ([id]) => projects.find((project) => project.id === Number(id))],
    ['GET', /^\/api\/projects\/\d+\/members\/$/, () => ({ results: MEMBERS })],
    [
        'PATCH',
        /^\/api\/projects\/(\d+)\/$/,
        ([id], { body }) =>
            Object.assign(
                projects.find((project) => project.id === Number(id)),
                body,
            ),
    ],
    ['GET', /^\/api\/personal_api_keys\/$/, () => ({ results: keys })],
    ['POST', /^\/api\/personal_api_keys\/$/, (_, { body }) => createKey(body)],
    [
        'DELETE',
        /^\/api\/personal_api_keys\/(\w+)\/$/,
        ([id]) =>
            keys.splice(
                keys.findIndex((key) => key.id === id),
                1,
            ),
    ],
    ['POST', /^\/api\/projects\/\d+\/query\/$/, (_, { body }) => runQuery(body.query, state)],
    ['GET', /^\/api\/projects\/\d+\/conversations\/$/, (_, { url }) => listConversations(url)],
    ['GET', /^\/api\/projects\/\d+\/conversations\/([^/]+)\/$/, ([id]) => oneConversation(decodeURIComponent(id))],
    [
        'GET',
        /^\/api\/projects\/\d+\/event_definitions\/$/,
        (_, { url }) => ({
            results: EVENTS.filter((name) => name.includes(url.searchParams.get('search') ?? '')).map((name) => ({
                name,
            })),
        }),
    ],
    [
        'GET',
        /^\/api\/projects\/\d+\/property_definitions\/$/,
        (_, { url }) => ({ results: (PROPERTIES[url.searchParams.get('type')] ?? []).map((name) => ({ name })) }),
    ],
    ['GET', /^\/api\/projects\/\d+\/events\/values\/$/, (_, { url }) => values(url.searchParams.get('key'))],
    [
        'GET',
        /^\/api\/projects\/\d+\/persons\/values\/$/,
        (_, { url }) =>
            [...new Set(people.map(({ properties }) => properties[url.searchParams.get('key')]))]
                .filter(Boolean)
                .map((name) => ({ name: String(name) })),
    ],
]

function answer(method, url, body) {
    if (url.pathname === '/_preflight') {
        return { initialized: state.initialized, version: '0.1.0', demo: false, signed_in: state.signedIn }
    }
    if (url.pathname === '/api/login/') {
        return login(body)
    }
    if (url.pathname === '/api/setup/') {
        return setup(body)
    }
    if (!state.signedIn) {
        throw new Refused(401, 'not_authenticated', 'Authentication credentials were not provided.')
    }
    for (const [verb, pattern, handler] of routes) {
        const match = pattern.exec(url.pathname)
        if (match && verb === method) {
            return handler(match.slice(1), { url, body }) ?? {}
        }
    }
    throw new Refused(404, 'not_found', 'Not found.')
}

async function readJson(request) {
    const chunks = []
    for await (const chunk of request) {
        chunks.push(chunk)
    }
    return chunks.length ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {}
}

function policy(nonce) {
    return `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`
}

async function sendPage(response) {
    const nonce = randomBytes(16).toString('base64')
    const html = (await readFile(join(DIST, 'index.html'), 'utf8')).replace('{{ csp_nonce }}', nonce)
    response
        .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy(nonce) })
        .end(html)
}

async function sendFile(path, response) {
    const file = join(DIST, normalize(path.slice('/static/'.length)))
    const content = file.startsWith(DIST) ? await readFile(file).catch(() => null) : null
    response
        .writeHead(content ? 200 : 404, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
        .end(content)
}

async function sendAnswer(request, url, response) {
    const send = (status, body) =>
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    try {
        const body = await readJson(request)
        await new Promise((resolve) => setTimeout(resolve, SLOW))
        send(200, answer(request.method, url, body))
    } catch (error) {
        send(
            error.status ?? 500,
            error.body ?? { type: 'server_error', code: 'error', detail: String(error), attr: null },
        )
    }
}

createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`)
    if (url.pathname.startsWith('/static/')) {
        void sendFile(url.pathname, response)
    } else if (url.pathname.startsWith('/api/') || url.pathname === '/_preflight') {
        void sendAnswer(request, url, response)
    } else {
        void sendPage(response)
    }
}).listen(PORT, '127.0.0.1', () => {
    console.log(`The development server listens on http://127.0.0.1:${PORT}`)
})

/** A small world in memory, the same at every start: people, conversations, and the events behind them. */
import { DIALOGUES, PEOPLE } from './dialogues.mjs'

const DAY = 86_400_000

function randomOf(seed) {
    let state = seed
    return () => {
        state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
        return state / 4_294_967_296
    }
}

const random = randomOf(20261123)
let serial = 0

function uuid() {
    serial += 1
    const hex = serial.toString(16).padStart(12, '0')
    return `0192f3b0-7c11-7a2e-9d4e-${hex}`
}

function personOf([name, distinctId, plan], index) {
    return {
        id: `5b0c7c1e-0000-5000-8000-${String(index).padStart(12, '0')}`,
        distinct_id: distinctId,
        name,
        properties: name
            ? {
                  name,
                  email: distinctId,
                  plan,
                  signed_up: '2026-08-14',
                  country: ['NG', 'SE', 'JP', 'ES', 'CZ'][index % 5],
                  seats: 3 + index,
              }
            : {},
    }
}

export const people = PEOPLE.map(personOf)

function speakerLabels(labels, speaker) {
    return Object.fromEntries(Object.entries(labels).filter(([name]) => name.startsWith(`${speaker}_`)))
}

function messagesOf({ user, assistant, labels }, event, time, judged) {
    const base = { event_uuid: event, event: '$ai_generation', kind: 'owned', judged, language: 'en' }
    return [
        {
            ...base,
            id: `${event}-u`,
            role: 'user',
            content: user,
            timestamp: new Date(time).toISOString(),
            labels: judged ? speakerLabels(labels, 'user') : {},
            position: 0,
        },
        {
            ...base,
            id: `${event}-a`,
            role: 'assistant',
            content: assistant,
            timestamp: new Date(time + 4_000).toISOString(),
            labels: judged ? speakerLabels(labels, 'agent') : {},
            position: 1,
        },
    ]
}

function makeConversation(dialogue, person, start, { judged = true, id = uuid() } = {}) {
    const messages = []
    const events = []
    let time = start
    for (const turn of dialogue) {
        const event = uuid()
        messages.push(...messagesOf(turn, event, time, judged))
        events.push({
            uuid: event,
            event: '$ai_generation',
            time,
            person,
            conversation: id,
            labels: judged ? turn.labels : {},
        })
        time += 40_000 + Math.floor(random() * 200_000)
    }
    return { id, person, started: start, ended: time, messages, events, feedback: [] }
}

const now = Date.now()

function ordinary() {
    return Array.from({ length: 260 }, (_, index) => {
        const age = Math.floor(random() ** 1.3 * 30 * DAY)
        const dialogue = DIALOGUES[Math.floor(random() * DIALOGUES.length)]
        const person = people[Math.floor(random() * people.length)]
        return makeConversation(dialogue, person, now - age - 600_000, { judged: index % 37 !== 5 })
    })
}

const HOSTILE = [
    '<script>alert(1)</script> and <img src=x onerror=alert(1)> stay text.',
    '[click me](javascript:alert(1)) [data](data:text/html;base64,PHNjcmlwdD4=) [relative](//evil.example/x) [fine](https://example.org/a?b=c)',
    '![a cat](https://tracker.example/pixel.gif) ![inline](data:image/png;base64,AAAA)',
    'Transfer to \u202egnp.exe\u202c now, pass\u200bword with a zero-width space.',
    `${'>'.repeat(400)} deep quote`,
    'Visit www.example.com or write to help@example.com. Footnote[^1].\n\n[^1]: A note.\n\n- [x] done\n- [ ] open',
]

function special() {
    const hostile = makeConversation(
        HOSTILE.map((text) => ({ user: text, assistant: text, labels: {} })),
        people[12],
        now - 9 * 60_000,
        { id: 'hostile' },
    )
    const rich = makeConversation(DIALOGUES[0], people[0], now - 3 * 60_000, { id: 'rich' })
    const [first] = rich.messages
    const extra = (role, content, kind, position) => ({
        ...first,
        id: `x${position}`,
        role,
        content,
        kind,
        labels: {},
        judged: false,
        position,
    })
    rich.messages.splice(
        0,
        0,
        extra(
            'system',
            'You are the support agent of Northwind Parcels. Be brief. Never promise a delivery date.',
            'owned',
            -4,
        ),
        extra('user', 'Hello, is anybody there?', 'context', -3),
        extra('assistant', 'Yes, how can I help?', 'context', -2),
    )
    rich.messages.splice(
        6,
        0,
        extra('tool', '{"order": 48813, "status": "in transit", "last_scan": "Leipzig"}', 'owned', 9),
    )
    const judgedEvent = rich.messages.at(-1).event_uuid
    rich.feedback = [
        {
            event_uuid: uuid(),
            target_event_uuid: judgedEvent,
            event: '$ai_feedback',
            timestamp: new Date(now).toISOString(),
            text: 'Took three tries, but then it was solved.',
            value: 'thumbs up',
        },
    ]
    const long = makeConversation(
        Array.from({ length: 900 }, (_, index) => DIALOGUES[index % DIALOGUES.length][0]),
        people[6],
        now - 2 * DAY,
        { id: 'long' },
    )
    return [hostile, rich, long]
}

export const conversations = [...ordinary(), ...special()].sort((a, b) => b.ended - a.ended)
/** The very long one is for reading only: its 900 turns would drown every chart. */
export const events = conversations.filter(({ id }) => id !== 'long').flatMap((conversation) => conversation.events)

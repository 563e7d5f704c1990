import { fireEvent, screen, within } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Conversation, Feedback, Message } from '../query/types'
import { renderUi } from '../ui/testing'
import { heldIndex, transcriptItems } from './items'
import { Transcript, VIRTUAL_FROM } from './transcript'

const scrolled = vi.fn()

beforeEach(() => {
    scrolled.mockClear()
    Element.prototype.scrollIntoView = scrolled
})

let position = 0

function message(part: Partial<Message>): Message {
    position += 1
    return {
        id: `m${position}`,
        role: 'user',
        content: 'Where is my parcel?',
        timestamp: '2026-11-20T10:00:00Z',
        event_uuid: 'event-1',
        event: '$ai_generation',
        kind: 'owned',
        labels: {},
        judged: true,
        label_version: 'v1',
        language: 'en',
        position,
        ...part,
    }
}

function conversation(messages: Message[], feedback: Conversation['feedback'] = []): Conversation {
    return {
        id: 'c1',
        person: { id: 'p1', distinct_id: 'ada@example.org', name: 'Ada', properties: {} },
        started_at: '2026-11-20T10:00:00Z',
        ended_at: '2026-11-20T10:05:00Z',
        message_count: messages.length,
        topic: null,
        previous: null,
        next: null,
        offset: 0,
        next_messages: null,
        previous_messages: null,
        messages,
        feedback,
    }
}

function show(messages: Message[], extra: { feedback?: Conversation['feedback']; target?: string } = {}): HTMLElement {
    const given = conversation(messages, extra.feedback)
    return renderUi(<Transcript projectId="1" conversation={given} target={extra.target} />).container
}

describe('labels under a message', () => {
    it('stand there with their score, warnings first', () => {
        show([
            message({
                labels: {
                    user_topic: { value: 'delivery', score: 0.7 },
                    user_emotion: { value: 'anger', score: 0.934 },
                    user_toxic: { value: 1, score: 0.88 },
                },
            }),
        ])
        const labels = within(screen.getByRole('list', { name: 'Labels' })).getAllByRole('button')
        expect(labels.map((label) => label.textContent)).toEqual([
            'User toxic: toxic, score 88 %',
            'User emotion: anger, score 93 %',
            'User topic: delivery, score 70 %',
        ])
    })

    it('say why there are none: no labels, a language that is not judged, or too early', () => {
        show([
            message({}),
            message({ judged: false, language: 'de', event_uuid: 'event-2' }),
            message({ judged: false, label_version: '', role: 'assistant', event_uuid: 'event-3' }),
        ])
        const [found, german, early] = screen.getAllByRole('article')
        expect(found).toHaveTextContent('No labels')
        expect(german).toHaveTextContent('Not judged (language: de)')
        expect(early).toHaveTextContent('Labels on their way')
    })

    it('say of an attack what was found, once', () => {
        show([
            message({
                labels: {
                    user_emotion: { value: 'anger', score: 0.934 },
                    user_prompt_attack: { value: 1, score: 0.99 },
                    user_threat_ExploitClassifier: { value: '0.990000', score: null },
                    user_threat_PiiMarker: { value: 'IBAN (DE…23)', score: null },
                    user_violent_threat: { value: 1, score: 0.8 },
                },
            }),
        ])
        const labels = within(screen.getByRole('list', { name: 'Labels' })).getAllByRole('button')
        expect(labels.map((label) => label.textContent)).toEqual([
            'User prompt attack: prompt attack, score 99 %',
            'User personal data: personal data, IBAN (DE…23)',
            'User violent threat: violent threat, score 80 %',
            'User emotion: anger, score 93 %',
        ])
    })
})

describe('what is not said by the two speakers', () => {
    const messages = [
        message({ role: 'system', content: 'Be brief.' }),
        message({ kind: 'context', content: 'An old question' }),
        message({ kind: 'context', role: 'assistant', content: 'An old answer' }),
        message({}),
        message({ role: 'tool', content: '{"status": "in transit"}' }),
        message({ role: 'assistant', content: 'In Leipzig.' }),
    ]

    it('is collapsed, context in one piece', () => {
        const container = show(messages)
        const titles = [...container.querySelectorAll('summary')].map((summary) => summary.textContent)
        expect(titles).toHaveLength(3)
        expect(titles[0]).toContain('System prompt')
        expect(titles[1]).toContain('2 earlier messages sent as context')
        expect(titles[2]).toContain('Tool result')
        expect(screen.getAllByRole('article')).toHaveLength(2)
    })

    it('opens on demand', () => {
        const container = show(messages)
        const details = container.querySelectorAll('details')[1]!
        details.open = true
        fireEvent(details, new Event('toggle'))
        expect(details).toHaveTextContent('An old answer')
    })
})

describe('the message that matched', () => {
    it('is outlined, scrolled to and focused', () => {
        show([message({}), message({ event_uuid: 'event-2', content: 'This is ridiculous.' })], { target: 'event-2' })
        const matched = screen.getByRole('article', { name: /matched/ })
        expect(matched).toHaveTextContent('This is ridiculous.')
        expect(matched).toHaveFocus()
        expect(scrolled).toHaveBeenCalledOnce()
    })

    it('may be missing without harm', () => {
        show([message({})], { target: 'gone' })
        expect(screen.queryByText('matched')).toBeNull()
        expect(scrolled).not.toHaveBeenCalled()
    })
})

function thumbsDown(target: string, text: string | null = null): Feedback {
    return {
        event_uuid: 'f1',
        event: '$ai_feedback',
        name: null,
        properties: {},
        target_event_uuid: target,
        timestamp: '2026-11-20T10:09:00Z',
        text,
        value: 'thumbs down',
    }
}

describe('feedback', () => {
    it('stands under the last message of the event that it judges', () => {
        const feedback = [thumbsDown('event-1', 'Took three tries.')]
        show([message({}), message({ role: 'assistant', content: 'In Leipzig.' })], { feedback })
        const [question, reply] = screen.getAllByRole('article')
        expect(question).not.toHaveTextContent('Took three tries.')
        expect(reply).toHaveTextContent('thumbs down: Took three tries.')
    })

    it('leads to the message that it judges', () => {
        const feedback = [thumbsDown('event-2')]
        show([message({}), message({ event_uuid: 'event-2' })], { feedback, target: 'f1' })
        expect(screen.getByRole('article', { name: /matched/ })).toHaveTextContent('thumbs down')
    })
})

describe('a message that is not what it looks like', () => {
    it('says so, and shows every character on demand', () => {
        show([message({ content: 'invoice\u202efdp.exe' })])
        expect(screen.getByRole('article')).toHaveTextContent('1 hidden character changes how this reads.')
        fireEvent.click(screen.getByRole('button', { name: 'Show every character', pressed: false }))
        expect(screen.getByRole('article')).toHaveTextContent('invoiceU+202E RLOfdp.exe')
    })
})

describe('a transcript of 10,000 messages', () => {
    it('draws only what is in sight', () => {
        vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(180)
        show(Array.from({ length: 10_000 }, (_, index) => message({ event_uuid: `event-${index}` })))
        expect(screen.getAllByRole('article').length).toBeLessThan(VIRTUAL_FROM)
    })
})

describe('a transcript of which a part is loaded', () => {
    const events = (from: number, count: number): Message[] =>
        Array.from({ length: count }, (_, index) => message({ event_uuid: `event-${from + index}` }))

    it('gives the focus to the message that matched', () => {
        vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(180)
        show(events(0, 400), { target: 'event-1' })
        expect(screen.getByRole('article', { name: /matched/ })).toHaveFocus()
    })

    it('knows where its first message is after earlier ones came before it', () => {
        const later = events(400, 3)
        const before = transcriptItems({ messages: later, feedback: [], target: undefined })
        const items = transcriptItems({ messages: [...events(0, 400), ...later], feedback: [], target: undefined })
        const held = items[heldIndex(items, before)]
        expect(held?.type === 'message' && held.message).toBe(later[0])
        const appended = transcriptItems({ messages: [...later, ...events(403, 9)], feedback: [], target: undefined })
        expect(heldIndex(appended, before)).toBe(-1)
    })
})

it('says that a message is empty', () => {
    show([message({ content: '' })])
    expect(screen.getByRole('article')).toHaveTextContent('Empty message')
})

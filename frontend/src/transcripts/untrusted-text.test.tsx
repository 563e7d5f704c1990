import { fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { renderUi } from '../ui/testing'
import { UntrustedText } from './untrusted-text'

afterEach(() => {
    vi.unstubAllGlobals()
})

function rendered(text: string): HTMLElement {
    return renderUi(<UntrustedText text={text} />).container
}

const SCRIPTS = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<iframe src="javascript:alert(1)"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<style>body{display:none}</style>',
    '<form action="https://evil.example"><input name=password></form>',
    '<base href="https://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<object data="data:text/html,x"></object>',
    '<math><mtext></mtext><style><img src=x onerror=alert(1)></style></math>',
    'text <b onclick="alert(1)">inline</b> text',
    '<!-- --!><script>alert(1)</script> -->',
    '<details open ontoggle=alert(1)>',
]

describe('HTML in a text', () => {
    it.each(SCRIPTS)('is shown as it was written: %s', (text) => {
        const container = rendered(text)
        expect(container.textContent).toContain(text.slice(0, 12))
        const forbidden =
            'script, iframe, form, object, svg[onload], style:not([data-mantine-styles]), base, meta, math, img'
        expect(container.querySelectorAll(`:scope ${forbidden.split(', ').join(', :scope ')}`)).toHaveLength(0)
        for (const element of container.querySelectorAll('*')) {
            expect(element.getAttributeNames().filter((name) => name.startsWith('on'))).toEqual([])
        }
    })
})

const DEAD_LINKS = [
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](vbscript:msgbox(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](file:///etc/passwd)',
    '[x](blob:https://example.org/1)',
    '[x](//evil.example/path)',
    '[x](\\\\evil.example\\path)',
    '[x](/api/logout/)',
    '[x](relative/page)',
    '[x](#anchor)',
    '[x](https://user:secret@evil.example/)',
    '[x](http:)',
    '[x][ref]\n\n[ref]: javascript:alert(1)',
    '<javascript:alert(1)>',
    '[x](ftp://example.org/file)',
]

describe('links', () => {
    it.each(DEAD_LINKS)('lead nowhere: %s', (text) => {
        expect(rendered(text).querySelector('a')).toBeNull()
    })

    it.each([
        ['[terms](https://example.org/terms?a=b)', 'https://example.org/terms?a=b'],
        ['<https://example.org/>', 'https://example.org/'],
        ['see www.example.org now', 'http://www.example.org/'],
        ['[mail](mailto:help@example.org)', 'mailto:help@example.org'],
        ['write to help@example.org', 'mailto:help@example.org'],
    ])('may be followed, without telling where from: %s', (text, href) => {
        const link = rendered(text).querySelector('a')
        expect(link?.getAttribute('href')).toBe(href)
        expect(link?.getAttribute('rel')).toBe('noopener noreferrer nofollow ugc')
        expect(link?.getAttribute('target')).toBe('_blank')
    })

    it('show where they lead when their text does not say so', () => {
        expect(rendered('[your bank](https://evil.example/login)').textContent).toBe('your bank (evil.example)')
        expect(rendered('[mybank.example](https://evil.example/)').textContent).toContain('(evil.example)')
    })

    it.each([
        ['[https://microsoft.com/login](https://t.co/abc)', 't.co'],
        ['[t.co.example.org](https://t.co/abc)', 't.co'],
        ['[https://t.co@microsoft.com](https://t.co/abc)', 't.co'],
        ['[t.co https://microsoft.com](https://t.co/abc)', 't.co'],
        ['[`https://microsoft.com/`t.co](https://t.co/abc)', 't.co'],
        ['[notme@t.co](mailto:me@t.co)', 'me@t.co'],
        ['[me@t.co.example.org](mailto:me@t.co)', 'me@t.co'],
    ])('show where they lead when their text only contains it: %s', (text, host) => {
        expect(rendered(text).textContent).toContain(` (${host})`)
    })

    it.each([
        'https://example.org/terms?a=b',
        '<https://EXAMPLE.org:8000>',
        '[example.org/terms](https://example.org/)',
        'www.example.org',
        'help@example.org',
        '<mailto:help@example.org>',
    ])('do not show twice where they lead: %s', (text) => {
        expect(rendered(text).textContent).not.toContain(' (')
    })

    it('show foreign letters of a host in their plain form', () => {
        expect(rendered('[x](https://аpple.com/)').textContent).toContain('xn--')
        expect(rendered('<https://аpple.com/>').textContent).toContain('xn--')
    })
})

describe('images', () => {
    it('are not fetched, and open elsewhere only when asked', () => {
        const open = vi.fn()
        vi.stubGlobal('open', open)
        const container = rendered('![a cat](https://tracker.example/pixel.gif)')
        expect(container.querySelector('img')).toBeNull()
        fireEvent.click(screen.getByRole('button', { name: /a cat/ }))
        expect(open).toHaveBeenCalledWith('https://tracker.example/pixel.gif', '_blank', 'noopener,noreferrer')
    })

    it.each(['![x](data:image/svg+xml;base64,PHN2Zz4=)', '![x](//evil.example/p.gif)', '![x](javascript:alert(1))'])(
        'with other addresses are only named: %s',
        (text) => {
            const container = rendered(text)
            expect(container.querySelector('img, button')).toBeNull()
            expect(container.textContent).toContain('Image: x')
        },
    )
})

describe('Markdown', () => {
    it('keeps its shape', () => {
        const container = rendered(
            '# Plan\n\n1. one\n2. *two*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sql\nSELECT 1\n```\n\n- [x] done',
        )
        expect(container.querySelector('h1')?.textContent).toBe('Plan')
        expect(container.querySelectorAll('ol > li')).toHaveLength(2)
        expect(container.querySelector('td')?.textContent).toBe('1')
        expect(container.querySelector('pre code')?.textContent).toBe('SELECT 1\n')
        expect(container.querySelector<HTMLInputElement>('input[type=checkbox]')?.disabled).toBe(true)
    })

    it('takes no ids or classes from the text', () => {
        const container = rendered('Text[^1].\n\n[^1]: Note.\n\n```root\nx\n```')
        expect(container.querySelectorAll('[id], .markdown [class*="language-"]')).toHaveLength(0)
    })
})

const HEAVY: [string, string][] = [
    ['10,000 nested quotes', '>'.repeat(10_000) + ' deep'],
    ['10,000 quotes with spaces', '> '.repeat(10_000) + 'deep'],
    ['nested lists', Array.from({ length: 400 }, (_, depth) => `${'  '.repeat(depth)}- item`).join('\n')],
    ['nested ordered lists on one line', '1. '.repeat(3_000) + 'x'],
    ['5,000 brackets', '['.repeat(5_000)],
    ['5,000 image brackets', '!['.repeat(5_000)],
    ['bracket pairs', '[a]'.repeat(20_000)],
    ['open links', '[a]('.repeat(10_000)],
    ['emphasis', '*a **b '.repeat(10_000)],
    ['underscores', '_a __b '.repeat(10_000)],
    ['backticks', Array.from({ length: 400 }, (_, run) => '`'.repeat(run)).join(' ')],
    ['angle brackets', '<'.repeat(50_000)],
    ['half tags', '<a '.repeat(20_000)],
    ['comments', '<!--'.repeat(20_000)],
    ['a table row of 20,000 cells', `${'|a'.repeat(20_000)}|\n${'|-'.repeat(20_000)}|`],
    ['e-mail-like text', 'a@a.'.repeat(20_000)],
    ['many addresses', 'a@a.a '.repeat(15_000)],
    ['addresses just below the limit', `${'a@a.'.repeat(74)}\n\n`.repeat(20)],
    ['marks just below the limit', `${'*a_b'.repeat(740)}\n\n`.repeat(4)],
    ['www-like text', 'www.'.repeat(20_000)],
    ['entities', '&amp'.repeat(20_000)],
    ['references', Array.from({ length: 2_000 }, (_, index) => `[a${index}]: /b`).join('\n')],
    ['tildes', '~'.repeat(40_000) + 'x'],
    ['mixed containers', '> - 1. '.repeat(1_000) + 'x'],
    ['line breaks', '\n'.repeat(90_000)],
    ['1 MB of words', 'all work and no play '.repeat(50_000)],
]

describe('texts made to stall a reader', () => {
    // What takes a time that grows with the square of the text takes minutes here, and fails by the runner's limit.
    it.each(HEAVY)('are shown: %s', (_, text) => {
        expect(rendered(text).textContent).not.toBe('')
    })

    it('fall back to plain text with a reason', () => {
        const container = rendered('>'.repeat(200) + ' deep')
        expect(container.querySelector('blockquote')).toBeNull()
        expect(container.querySelector('pre')?.textContent).toContain('deep')
        expect(container.textContent).toContain('plain text')
    })

    it('come in parts when they are very long', () => {
        const container = rendered('x'.repeat(1_000_000))
        expect(container.querySelector('pre')?.textContent).toHaveLength(300_000)
        fireEvent.click(screen.getByRole('button', { name: /Show more/ }))
        expect(container.querySelector('pre')?.textContent).toHaveLength(600_000)
    })
})

describe('the raw view', () => {
    it('names what cannot be seen', () => {
        const text = 'pay\u202egnp.exe\u202c zero\u200bwidth\ufeff tab\tend\u00a0\u0000\u{e0041}\ud800'
        const { container } = renderUi(<UntrustedText raw text={text} />)
        for (const mark of [
            'U+202E RLO',
            'U+202C PDF',
            'U+200B ZWSP',
            'U+FEFF BOM',
            'U+0009 TAB',
            'U+00A0 NBSP',
            'U+0000',
            'U+E0041',
            'U+D800',
        ]) {
            expect(container.textContent).toContain(mark)
        }
        expect(container.textContent).not.toMatch(/[\u202e\u200b]/)
    })

    it('shows Markdown as it was written', () => {
        const { container } = renderUi(<UntrustedText raw text={'**bold** <script>x</script>'} />)
        expect(container.querySelector('strong')).toBeNull()
        expect(container.textContent).toBe('**bold** <script>x</script>')
    })
})

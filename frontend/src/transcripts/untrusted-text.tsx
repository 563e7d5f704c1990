/**
 * The only place where texts of users and models are rendered as Markdown.
 *
 * React nodes only, never HTML strings; HTML in a text is shown as text; nothing is fetched; links are absolute web or
 * mail addresses with their host beside them; texts that are too large or too deep are shown as they are.
 */
import { Children, useState } from 'react'
import type { ComponentPropsWithoutRef, ReactElement, ReactNode } from 'react'
import Markdown from 'react-markdown'
import type { Components, Options } from 'react-markdown'
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'

import { formatNumber } from '../lib/format'
import { Button } from '../ui/controls'
import { ErrorBoundary } from '../ui/error-boundary'
import { Icon } from '../ui/icons'
import { revealInvisible } from './invisible'
import { isPlainOnly } from './limits'
import { destination, safeLink } from './links'
import { showHtmlAsText } from './show-html'
import styles from './untrusted-text.module.css'

const REL = 'noopener noreferrer nofollow ugc'
/** Characters shown at once in plain and raw form; the rest comes on demand. */
const PLAIN_PAGE = 300_000
const RAW_PAGE = 50_000

/** Nothing but structure: no classes of the page, no ids that could collide with ours, no clobbering prefixes needed. */
const schema: Options['rehypePlugins'] = [
    [
        rehypeSanitize,
        {
            ...defaultSchema,
            protocols: { href: ['http', 'https', 'mailto'], src: ['http', 'https'] },
            attributes: {
                a: ['href'],
                img: ['src', 'alt'],
                input: [['type', 'checkbox'], ['disabled', true], 'checked'],
                li: [['className', 'task-list-item']],
                ol: ['start'],
                td: ['align'],
                th: ['align'],
            },
        },
    ],
]

/** Whether the text of a link is the address itself. A host that stands elsewhere in the text, or among marks, proves nothing. */
function saysWhere(text: ReactNode, destination: string): boolean {
    const parts = Children.toArray(text)
    if (!parts.every((part) => typeof part === 'string')) {
        return false
    }
    const said = parts
        .join('')
        .trim()
        .toLowerCase()
        .replace(/^(https?:\/\/|mailto:)/, '')
    const host = destination.toLowerCase()
    return said.startsWith(host) && /^($|[/?#])/.test(said.slice(host.length))
}

function UntrustedLink({ href, children }: ComponentPropsWithoutRef<'a'>): ReactElement {
    const url = safeLink(href)
    if (!url) {
        return <span>{children}</span>
    }
    const host = destination(url)
    return (
        <>
            <a href={url.href} rel={REL} target="_blank">
                {children}
            </a>
            {!saysWhere(children, host) && <span className={styles.host}> ({host})</span>}
        </>
    )
}

/** Showing a remote image would tell its server who reads; it opens in a tab of its own, when asked. */
function UntrustedImage({ src, alt }: ComponentPropsWithoutRef<'img'>): ReactElement {
    const url = typeof src === 'string' ? safeLink(src) : null
    const name = alt ? `Image: ${alt}` : 'Image'
    if (!url || url.protocol === 'mailto:') {
        return (
            <span className={styles.image}>
                <Icon name="image" size={15} /> {name}
            </span>
        )
    }
    return (
        <button
            type="button"
            className={styles.image}
            onClick={() => {
                window.open(url.href, '_blank', 'noopener,noreferrer')
            }}
        >
            <Icon name="image" size={15} /> {name} · open from {url.host}
        </button>
    )
}

const components: Components = {
    a: ({ href, children }) => <UntrustedLink href={href}>{children}</UntrustedLink>,
    img: ({ src, alt }) => <UntrustedImage src={src} alt={alt} />,
    // Long lines of code scroll sideways, which must be possible by keyboard too.
    pre: ({ children }) => (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre tabIndex={0} aria-label="Code">
            {children}
        </pre>
    ),
    input: ({ checked }) => (
        <input type="checkbox" checked={checked === true} disabled readOnly aria-label={checked ? 'done' : 'open'} />
    ),
}

const plugins: Options['remarkPlugins'] = [remarkGfm, showHtmlAsText]

function MoreButton({ left, onClick }: { left: number; onClick: () => void }): ReactElement | null {
    return left > 0 ? (
        <div className={styles.more}>
            <Button variant="default" size="xs" onClick={onClick}>
                Show more ({formatNumber(left)} characters left)
            </Button>
        </div>
    ) : null
}

function PlainText({ text, note }: { text: string; note?: string }): ReactElement {
    const [shown, setShown] = useState(PLAIN_PAGE)
    return (
        <>
            {note && <p className={styles.note}>{note}</p>}
            <pre className={styles.plain} dir="auto">
                {text.slice(0, shown)}
            </pre>
            <MoreButton
                left={text.length - shown}
                onClick={() => {
                    setShown(shown + PLAIN_PAGE)
                }}
            />
        </>
    )
}

/** Every character as it came: left to right, with hidden ones named. */
function RawText({ text }: { text: string }): ReactElement {
    const [shown, setShown] = useState(RAW_PAGE)
    return (
        <>
            <pre className={styles.plain} dir="ltr">
                {revealInvisible(text.slice(0, shown)).map((part, index) =>
                    part.mark === null ? (
                        part.text
                    ) : (
                        <span key={index} className={styles.mark}>
                            {part.mark}
                        </span>
                    ),
                )}
            </pre>
            <MoreButton
                left={text.length - shown}
                onClick={() => {
                    setShown(shown + RAW_PAGE)
                }}
            />
        </>
    )
}

interface Props {
    text: string
    raw?: boolean
}

export function UntrustedText({ text, raw = false }: Props): ReactElement {
    if (raw) {
        return <RawText text={text} />
    }
    if (isPlainOnly(text)) {
        return <PlainText text={text} note="Shown as plain text, because it is very long or deeply nested." />
    }
    return (
        <ErrorBoundary
            fallback={() => <PlainText text={text} note="Shown as plain text, because it could not be laid out." />}
        >
            <div className={styles.markdown} dir="auto">
                <Markdown
                    remarkPlugins={plugins}
                    rehypePlugins={schema}
                    components={components}
                    urlTransform={(url) => url}
                >
                    {text}
                </Markdown>
            </div>
        </ErrorBoundary>
    )
}

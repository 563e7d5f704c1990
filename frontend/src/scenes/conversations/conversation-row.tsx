import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { formatAgo, formatDateTime, plural } from '../../lib/format'
import { describeLabel, isDoubled, sortLabels, threatName } from '../../lib/labels'
import type { LabelEntry } from '../../lib/labels'
import { personTitle } from '../../lib/person'
import type { ConversationSummary } from '../../query/types'
import { previewText } from '../../lib/preview'
import { Avatar } from '../../ui/person'
import { LabelPill } from '../../ui/pill'
import styles from './conversations.module.css'

const MAX_PILLS = 5

/** What is worth a pill in the list: everything but the language and a neutral tone. */
export function shownLabels(labels: ConversationSummary['labels']): [string, LabelEntry['value']][] {
    return sortLabels(Object.entries(labels))
        .filter(([name]) => describeLabel(name).family !== 'language' && !isDoubled(name, labels))
        .flatMap(([name, values]) => {
            const shown = threatName(name) === null ? values : values.slice(0, 1)
            return shown.map((value): [string, LabelEntry['value']] => [name, value])
        })
        .filter(([, value]) => value !== 'neutral' && value !== 'OTHER')
}

interface Props {
    projectId: string
    conversation: ConversationSummary
}

function Preview({ preview }: Pick<ConversationSummary, 'preview'>): ReactElement {
    return (
        <>
            <bdi className={styles.user}>{previewText(preview.user) || 'No message of the user'}</bdi>
            {preview.assistant && <bdi className={styles.agent}>{previewText(preview.assistant)}</bdi>}
        </>
    )
}

export function ConversationRow({ projectId, conversation }: Props): ReactElement {
    const { id, person, ended_at, message_count, preview, labels } = conversation
    const title = personTitle(person)
    const pills = shownLabels(labels)
    return (
        <Link
            to="/project/$projectId/conversations/$conversationId"
            params={{ projectId, conversationId: id }}
            className={styles.row}
            data-row=""
        >
            <span className={styles.person1}>
                <Avatar title={title} size={34} />
                <span className={styles.personText}>
                    <bdi className={styles.personName}>{title}</bdi>
                    <br />
                    <span className={styles.meta}>{plural(message_count, 'message')}</span>
                </span>
            </span>
            <span className={styles.texts}>
                <Preview preview={preview} />
                {pills.length > 0 && (
                    <span className={styles.pills}>
                        {pills.slice(0, MAX_PILLS).map(([name, value]) => (
                            <LabelPill key={`${name}:${String(value)}`} name={name} value={value} withSpeaker />
                        ))}
                        {pills.length > MAX_PILLS && <span className={styles.more}>+{pills.length - MAX_PILLS}</span>}
                    </span>
                )}
            </span>
            <span className={styles.side}>
                <time className={styles.meta} dateTime={ended_at} title={formatDateTime(ended_at)}>
                    {formatAgo(ended_at)}
                </time>
            </span>
        </Link>
    )
}

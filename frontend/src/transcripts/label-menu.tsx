/** A label under a message: its score on hover and focus, and the two ways up from it. */
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { formatPercent } from '../lib/format'
import { describeLabel, isFlagValue, labelFilter, labelText, threatName } from '../lib/labels'
import type { LabelEntry } from '../lib/labels'
import { labelTrend } from '../query/trends-query'
import { Menu, Tooltip, VisuallyHidden } from '../ui/controls'
import { Icon } from '../ui/icons'
import { LabelButton } from '../ui/pill'
import styles from './transcript.module.css'

interface Props {
    projectId: string
    name: string
    entry: LabelEntry
}

/** The score, or of a threat the sentence about what was found. */
function detail(name: string, { value, score }: LabelEntry): string {
    if (threatName(name) !== null) {
        return String(value)
    }
    return score === null ? 'no score' : `score ${formatPercent(score)}`
}

export function LabelMenu({ projectId, name, entry }: Props): ReactElement {
    const { title } = describeLabel(name)
    const text = labelText(name, entry.value)
    const more = detail(name, entry)
    const value = isFlagValue(entry.value) || threatName(name) !== null ? null : String(entry.value)
    return (
        <Menu position="bottom-start" width={230}>
            <Tooltip label={`${title}: ${text}, ${more}`}>
                <span>
                    <Menu.Target>
                        <LabelButton name={name} value={entry.value}>
                            <VisuallyHidden>, {more}</VisuallyHidden>
                        </LabelButton>
                    </Menu.Target>
                </span>
            </Tooltip>
            <Menu.Dropdown>
                <Menu.Label>
                    {title}: <strong className={styles.strong}>{text}</strong>
                    <br />
                    {more}
                </Menu.Label>
                <Menu.Item
                    leftSection={<Icon name="trend" size={16} />}
                    renderRoot={(props) => (
                        <Link
                            to="/project/$projectId/insights/new"
                            params={{ projectId }}
                            search={{ q: labelTrend(name, value) }}
                            {...props}
                        />
                    )}
                >
                    Trend of this label
                </Menu.Item>
                <Menu.Item
                    leftSection={<Icon name="chat" size={16} />}
                    renderRoot={(props) => (
                        <Link
                            to="/project/$projectId/conversations"
                            params={{ projectId }}
                            search={{ label: [labelFilter(name, entry.value)] }}
                            {...props}
                        />
                    )}
                >
                    Others like this
                </Menu.Item>
            </Menu.Dropdown>
        </Menu>
    )
}

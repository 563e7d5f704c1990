import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { plural } from '../../lib/format'
import { nameFromProperties, personTitle, propertyText } from '../../lib/person'
import type { Conversation } from '../../query/types'
import { Button } from '../../ui/controls'
import { Card } from '../../ui/layout'
import { Avatar } from '../../ui/person'
import styles from './transcript.module.css'

const SHOWN = 8

/** What the application set stands before what SDKs add by themselves. */
function sortProperties(properties: Record<string, unknown>): [string, unknown][] {
    const rank = (name: string): number => (name.startsWith('$') ? 1 : 0)
    return Object.entries(properties).sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
}

interface Props {
    projectId: string
    person: Conversation['person']
}

export function PersonCard({ projectId, person }: Props): ReactElement {
    const [all, setAll] = useState(false)
    const title = personTitle({ ...person, name: person.name || nameFromProperties(person.properties) })
    const properties = sortProperties(person.properties)
    const own = properties.filter(([property]) => !property.startsWith('$')).slice(0, SHOWN)
    const shown = all ? properties : own
    return (
        <Card label="Person">
            <div className={styles.person}>
                <Avatar title={title} size={32} />
                <div>
                    <bdi className={styles.personName}>{title}</bdi>
                    {title !== person.distinct_id && <bdi className={styles.id}>{person.distinct_id}</bdi>}
                </div>
            </div>
            {shown.length > 0 && (
                <dl className={styles.facts}>
                    {shown.map(([name, value]) => (
                        <div key={name} style={{ display: 'contents' }}>
                            <dt>{name}</dt>
                            <dd>
                                <bdi>{propertyText(value)}</bdi>
                            </dd>
                        </div>
                    ))}
                </dl>
            )}
            {properties.length > shown.length && (
                <Button
                    variant="subtle"
                    size="compact-xs"
                    mt={6}
                    onClick={() => {
                        setAll(true)
                    }}
                >
                    {shown.length === 0 ? 'Show' : 'Show all'} {plural(properties.length, 'property', 'properties')}
                </Button>
            )}
            <div className={styles.divided}>
                <Link
                    to="/project/$projectId/conversations"
                    params={{ projectId }}
                    search={{ person: person.distinct_id }}
                >
                    All conversations of this person
                </Link>
            </div>
        </Card>
    )
}

import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactElement } from 'react'

import { nameFromProperties, personTitle, propertyText } from '../../lib/person'
import type { Conversation } from '../../query/types'
import { Button } from '../../ui/controls'
import { Card } from '../../ui/layout'
import { Avatar } from '../../ui/person'
import styles from './transcript.module.css'

const SHOWN = 8

interface Props {
    projectId: string
    person: Conversation['person']
}

export function PersonCard({ projectId, person }: Props): ReactElement {
    const [all, setAll] = useState(false)
    const title = personTitle({ ...person, name: person.name ?? nameFromProperties(person.properties) })
    const properties = Object.entries(person.properties)
    const shown = all ? properties : properties.slice(0, SHOWN)
    return (
        <Card label="Person">
            <div className={styles.person}>
                <Avatar title={title} size={40} />
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
            {properties.length > SHOWN && !all && (
                <Button
                    variant="subtle"
                    size="compact-xs"
                    mt={6}
                    onClick={() => {
                        setAll(true)
                    }}
                >
                    Show all {properties.length} properties
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

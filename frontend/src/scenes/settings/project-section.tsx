import { useState } from 'react'
import type { ReactElement } from 'react'

import { fieldError, formError } from '../../lib/form-error'
import { useUpdateProject } from '../../query/projects'
import type { Project } from '../../query/types'
import { CopyField } from '../../ui/copy'
import { Button, Select, TextInput } from '../../ui/controls'
import { Card } from '../../ui/layout'
import styles from './settings.module.css'

function zones(current: string): string[] {
    return [...new Set(['UTC', current, ...Intl.supportedValuesOf('timeZone')])]
}

function ProjectForm({ project }: { project: Project }): ReactElement {
    const update = useUpdateProject(String(project.id))
    const [name, setName] = useState(project.name)
    const [timezone, setTimezone] = useState(project.timezone ?? 'UTC')
    const changed = name !== project.name || timezone !== project.timezone
    const error = formError(update.error, ['name', 'timezone'])
    return (
        <form
            className={styles.form}
            onSubmit={(event) => {
                event.preventDefault()
                update.mutate({ name, timezone })
            }}
        >
            {error && <p role="alert">{error}</p>}
            <TextInput
                label="Name"
                required
                value={name}
                error={fieldError(update.error, 'name')}
                onChange={(event) => {
                    setName(event.currentTarget.value)
                }}
            />
            <Select
                label="Time zone"
                description="Days, weeks and months of charts begin and end in it"
                searchable
                allowDeselect={false}
                limit={60}
                data={zones(timezone)}
                value={timezone}
                error={fieldError(update.error, 'timezone')}
                onChange={(zone) => {
                    setTimezone(zone ?? 'UTC')
                }}
            />
            <div>
                <Button type="submit" disabled={!changed} loading={update.isPending}>
                    Save
                </Button>
            </div>
        </form>
    )
}

export function ProjectSection({ project }: { project: Project }): ReactElement {
    return (
        <Card title="Project">
            <dl className={styles.facts}>
                <dt>Project token</dt>
                <dd>
                    <CopyField text={project.api_token} label="Copy project token" />
                </dd>
                <dt>Project id</dt>
                <dd>{project.id}</dd>
            </dl>
            <p className={styles.lead}>
                The token goes into your application. It can send events and read nothing, so it may be public.
            </p>
            <ProjectForm project={project} />
        </Card>
    )
}

/** The partition table, and what its oddities mean for a Pi. */

import { english } from '../language/english.ts';
import type { Card } from './card.ts';
import { FIRST_COPY_DAMAGED, SECOND_COPY_DAMAGED } from './gpt.ts';
import { checkOf, type Finding, type HealthCheck } from './health.ts';
import { HYBRID } from './partitions.ts';

export function checkTable({ table, partitions }: Card): HealthCheck {
  const { scheme, problems } = table;
  const name = scheme.toUpperCase();
  const { length } = partitions;
  const fine =
    scheme === 'none'
      ? english`The file system has the whole card, without a partition table.`
      : length === 1
        ? english`The partition table (${name}) is sound, with one partition.`
        : english`The partition table (${name}) is sound, with ${length} partitions.`;
  const findings = problems.filter((problem) => problem !== HYBRID).map(findingOf);
  if (scheme === 'none' && findings.length === 0 && partitions.every(isUnknown)) {
    const detail = english`There is neither a partition table nor a file system that PiKeep knows.`;
    findings.push({
      state: 'fail',
      detail,
      next: english`It is empty, or its first sectors are lost.`,
    });
  }
  return checkOf('partition table', fine, findings);
}

function isUnknown({ fileSystem }: Card['partitions'][number]): boolean {
  return fileSystem === null;
}

function findingOf(problem: string): Finding {
  if (problem === SECOND_COPY_DAMAGED) {
    const next = english`The Pi does not need it; “sgdisk -e” on the card in a Linux computer writes it anew.`;
    return { state: 'remark', detail: problem, next };
  }
  if (problem === FIRST_COPY_DAMAGED) {
    const next = english`A Pi looks at the first copy only; “sgdisk” with the command “b” (use the spare header) repairs the card.`;
    return { state: 'fail', detail: problem, next };
  }
  const next = english`Do not write to this card before its files are safe; repair the table, or restore an older backup.`;
  return { state: 'fail', detail: problem, next };
}

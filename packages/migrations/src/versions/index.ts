/** The history of the four tables. A migration that was applied somewhere is never edited: add another. */
import type { Migration } from '../migration';
import { users } from './2026-11-21-01-users';
import { messages } from './2026-11-21-02-messages';
import { tags } from './2026-11-21-03-tags';

export const versions: readonly Migration[] = [users, messages, tags];

/** The tables that the history makes, those that refer to others first. */
export const tableNames: readonly string[] = ['message_tags', 'tags', 'messages', 'users'];

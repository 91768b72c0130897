/** The models of the classical style: plain classes, and the tables they are mapped to further down. */
import { inspect } from 'node:util';
import type { Query } from '@quartet/db-core/orm';
import { mapper, utcDateTime } from '@quartet/db-typeorm';
import { Session } from './session';

export class User {
  declare static readonly query: Query<User>;
  id!: number;
  name!: string;
  email!: string;

  constructor(values: Partial<User> = {}) {
    Object.assign(this, values);
  }

  [inspect.custom](): string {
    return `<User ${inspect(this.name)}>`;
  }
}

export class Tag {
  declare static readonly query: Query<Tag>;
  id!: number;
  name!: string;
  messages!: Message[];

  constructor(values: Partial<Tag> = {}) {
    Object.assign(this, values);
  }

  [inspect.custom](): string {
    return `<Tag ${inspect(this.name)}>`;
  }
}

export class Message {
  declare static readonly query: Query<Message>;
  id!: number;
  userId!: number;
  body!: string;
  createdAt!: Date;
  author!: User;
  tags!: Tag[];

  constructor(values: Partial<Message> = {}) {
    Object.assign(this, values);
  }

  [inspect.custom](): string {
    return `<Message(body=${inspect(this.body)})>`;
  }
}

for (const model of [User, Tag, Message]) {
  Object.defineProperty(model, 'query', Session.queryProperty());
}

mapper(User, {
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 50, unique: true, nullable: false },
    email: { type: String, length: 120, unique: true, nullable: false },
  },
});

mapper(Tag, {
  tableName: 'tags',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 50, unique: true, nullable: false },
  },
  relations: {
    messages: {
      type: 'many-to-many',
      target: () => Message,
      inverseSide: 'tags',
      onDelete: 'CASCADE',
      onUpdate: 'NO ACTION',
    },
  },
});

mapper(Message, {
  tableName: 'messages',
  columns: {
    id: { type: Number, primary: true, generated: true },
    userId: { type: Number, name: 'user_id', nullable: false },
    body: { type: 'text', nullable: false },
    createdAt: utcDateTime({ defaultNow: true, name: 'created_at' }),
  },
  relations: {
    author: {
      type: 'many-to-one',
      target: () => User,
      joinColumn: { name: 'user_id' },
      onDelete: 'CASCADE',
    },
    tags: {
      type: 'many-to-many',
      target: () => Tag,
      inverseSide: 'messages',
      joinTable: {
        name: 'message_tags',
        joinColumn: { name: 'message_id' },
        inverseJoinColumn: { name: 'tag_id' },
      },
      onDelete: 'CASCADE',
      onUpdate: 'NO ACTION',
    },
  },
});

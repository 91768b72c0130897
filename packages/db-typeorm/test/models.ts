/** Users, messages and tags as plain classes, mapped by hand. */
import { mapper, utcDateTime } from '@quartet/db-typeorm';

export class User {
  id!: number;
  messages?: Message[];

  constructor(
    public name: string,
    public email: string,
  ) {}
}

export class Tag {
  id!: number;

  constructor(public name: string) {}
}

export class Message {
  id!: number;
  userId!: number;
  createdAt!: Date;
  tags?: Tag[];

  constructor(
    public user: User,
    public body: string,
  ) {}
}

const id = { type: Number, primary: true, generated: true } as const;

mapper(User, {
  tableName: 'users',
  columns: {
    id,
    name: { type: String, length: 50, unique: true, nullable: false },
    email: { type: String, length: 120, unique: true, nullable: false },
  },
  relations: { messages: { type: 'one-to-many', target: () => Message, inverseSide: 'user' } },
});

mapper(Tag, {
  tableName: 'tags',
  columns: { id, name: { type: String, length: 50, unique: true, nullable: false } },
});

mapper(Message, {
  tableName: 'messages',
  columns: {
    id,
    userId: { type: Number, name: 'user_id', nullable: false },
    body: { type: 'text', nullable: false },
    createdAt: utcDateTime({ defaultNow: true, name: 'created_at' }),
  },
  relations: {
    user: {
      type: 'many-to-one',
      target: () => User,
      inverseSide: 'messages',
      joinColumn: { name: 'user_id' },
      nullable: false,
      onDelete: 'CASCADE',
    },
    tags: {
      type: 'many-to-many',
      target: () => Tag,
      joinTable: {
        name: 'message_tags',
        joinColumn: { name: 'message_id' },
        inverseJoinColumn: { name: 'tag_id' },
      },
      onDelete: 'CASCADE',
    },
  },
});

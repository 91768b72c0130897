/** Sequelize alone: it has no stream, so that its export is read in pages by key. */
import { createEngine } from '@quartet/db-core';
import { Op } from 'sequelize';
import { openSequelize } from '../variants/plain-sequelize';
import { SQLITE3, targetOf } from '../variants/variant';
import type { ManyRows } from './contestant';
import { byKey, chunksOf, PER_PAGE } from './contestant';

export async function startSequelize(url: string): Promise<ManyRows> {
  const target = targetOf(url);
  const standIn = target.engine === 'sqlite' && !SQLITE3 ? createEngine(url) : undefined;
  const { sequelize, models } = await openSequelize(target, standIn);
  const { User, Message } = models;
  return {
    importUsers: (rows) =>
      sequelize.transaction(async (transaction) => {
        for (const chunk of chunksOf(rows)) await User.bulkCreate(chunk as never, { transaction });
      }),
    findUser: (id) => User.findByPk(id),
    exportMessages: () =>
      byKey((last, limit) =>
        Message.findAll({
          where: { id: { [Op.gt]: last } },
          include: { association: 'author', attributes: ['id', 'name'] },
          order: ['id'],
          limit,
        }),
      ),
    pages: {
      async page(way, { offset, cursor }) {
        const slice = { order: ['id'], limit: PER_PAGE };
        if (way === 'count') {
          const { rows } = await Message.findAndCountAll({ ...slice, offset });
          return { items: rows };
        }
        const more = { ...slice, limit: PER_PAGE + 1 };
        const where = { id: { [Op.gt]: Number(cursor ?? 0) } };
        const found = way === 'key' ? { ...more, where } : { ...more, offset };
        return { items: (await Message.findAll(found)).slice(0, PER_PAGE) };
      },
      cursor: async (id) => String(id),
    },
    async close() {
      await sequelize.close();
      await standIn?.dispose();
    },
  };
}

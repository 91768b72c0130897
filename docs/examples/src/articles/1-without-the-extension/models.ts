/** Article 1, `models`: they depend on no web framework, which is what the article is about. */
import { inspect } from 'node:util';
// #region imports
// [1, 2, 3, 4] from sqlalchemy.ext.declarative import declarative_base; from sqlalchemy import Column, Integer, String
import { Column, DataType, Model, Table } from 'sequelize-typescript';
// #endregion

// #region models

// [1, 2, 3, 4] Base = declarative_base()
export abstract class Base extends Model {}

// [1] class Message(Base): __tablename__ = 'messages'
@Table({ tableName: 'messages' })
export class Message extends Base {
  // [1, 2, 3, 4] id = Column(Integer, primary_key=True)
  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number;

  // [1, 3] message = Column(String)
  @Column(DataType.STRING)
  declare message: string | null;

  // [1] def __repr__(self): return "<Message(message='%s')>" % (self.message)
  // => what `console.log` and the prompt print
  [inspect.custom](): string {
    return `<Message(message='${this.message}')>`;
  }
}

// #endregion

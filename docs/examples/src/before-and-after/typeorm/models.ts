/** The entities of the shop, which are the same before and after. */
import 'reflect-metadata';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('articles')
export class Article {
  @PrimaryColumn({ type: String, length: 50 }) name!: string;
  @Column({ type: Number }) stock!: number;
}

@Entity('orders')
export class Order {
  @PrimaryColumn({ type: Number }) number!: number;
  @Column({ type: String, length: 50 }) article!: string;
}

@Entity('deliveries')
export class Delivery {
  @PrimaryColumn({ type: Number }) number!: number;
  @Column({ type: String, length: 50 }) article!: string;
  @Column({ type: Number }) pieces!: number;
}

export const entities = [Article, Order, Delivery];

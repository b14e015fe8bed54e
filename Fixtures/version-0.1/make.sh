# What version 0.1.0 wrote: run once, with its own programs on the PATH, in an empty folder. Never run again.
set -eu
export MVMR=mvmr
mvmr extract synthetic:80 --size 24x24 --normalise cifar --representation hog --representation pixels:sketch=8,as=tiny --dtype float16 --output features.h5
mvmr extract synthetic:80 --representation lbp:method=uniform --compress --output packed.h5
for i in 1 2; do mvmr extract synthetic:600 --split train --representation lbp:sketch=4 --shard $i/2 --output shard$i.h5; done
mvmr merge shard1.h5 shard2.h5 --output merged.h5
mvmr extract synthetic:400 --size 96x96 --jobs 1 --sync-interval 0 --representation scattering:J=4,sketch=4 --output stopped.h5 &
sleep 0.5; kill -INT $! ; wait $! || true
mvmr inspect stopped.h5
mvmr probe features.h5 --representation hog --lambda 1e-3,1e-2 --save linear.probe
mvmr probe features.h5 --representation hog --protocol vicreg --epochs 2 --save protocol.probe
# Settings that 0.1.0 kept as texts: lists, pairs, names, a teacher.
cp "$REPOSITORY/Fixtures/teacher/tiny.pt" tiny.pt
mvmr extract synthetic:200 --size 24x24 --representation hog --representation lbp:method=uniform --dtype float16 --output training.h5
train() {
  mvmr train synthetic:200 --size 24x24 --features training.h5 --output "$1" --set epochs=$2 --set encoder=cifar-resnet \
    --set widths=4-8-16 --set projector=8-6 --set batch_size=32 --set scheduler=multistep --set milestones=1-2 \
    --set lr=1e-3 --set representations=hog,pixels --set representation_weights=hog=2,pixels=0.5 \
    --set representation_scales=hog=0.5 --set policy=cifar --set normalisation=cifar --set precision=float32 \
    --set validate_every=1 --set threads=1 \
    --teacher tiny.pt,name=tiny,size=32x32,mean=0.4,0.5,0.6,std=0.25,weight=0.25
}
train run 3
# Stopped in its second epoch.
train stopped 12 2>log &
until grep -q '^epoch 1/' log; do sleep 0.05; done
kill -INT $! || true
pkill -INT -f 'mvmr-train.*--output stopped' || true
wait || true
tail -2 log; rm log
mvmr embed run synthetic:200 --size 24x24 --output embedding.h5
# A classifier a class, of a folder in the layout of VOC 2007.
mvmr extract voc07:"$VOC" --size 64x64 --representation lbp:method=uniform --output voc.h5
mvmr probe voc.h5 --representation lbp --save multi-label.probe
rm voc.h5
